package dev.codeintel.chunk;

import java.util.Optional;

/**
 * A piece of a file that is embedded and found as one.
 *
 * @param startLine first line, from 1
 * @param endLine last line, from 1, inclusive
 * @param startByte offset of the first byte in the file as it lies on disk
 * @param endByte offset behind the last byte
 * @param symbol qualified name of the symbol that the chunk shows, such as {@code Foo.bar}, where
 *     one is known
 * @param text the source text, line ends as {@code \n}
 */
public record Chunk(
    int startLine, int endLine, int startByte, int endByte, Optional<String> symbol, String text) {}
