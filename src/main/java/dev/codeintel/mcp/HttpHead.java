package dev.codeintel.mcp;

import java.util.List;
import java.util.function.Function;

/**
 * The head of an HTTP request, as far as the protocol looks at it.
 *
 * @param headers the values of a header, by its name in any case; empty where it is absent
 * @param client who asks: the name of its token, else its address
 */
public record HttpHead(Function<String, List<String>> headers, String client) {}
