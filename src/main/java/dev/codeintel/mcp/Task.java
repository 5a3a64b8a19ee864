package dev.codeintel.mcp;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.MemoryShare;
import dev.codeintel.ops.Progress;
import java.util.function.BiConsumer;

/**
 * A job on its way.
 *
 * @param cancel ends with the deadline, or when nobody waits for the answer any more
 * @param memory to be taken before anything large is made
 * @param progress hears how far it is
 * @param notifications takes the method and the params of notifications that belong to the request
 */
record Task(
    CancelToken cancel,
    MemoryShare memory,
    Progress progress,
    BiConsumer<String, Object> notifications) {}
