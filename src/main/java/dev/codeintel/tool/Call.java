package dev.codeintel.tool;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import java.util.Optional;

/**
 * One call of a tool, beside its arguments.
 *
 * @param cancel ends with the call's deadline, or when nobody waits for the answer any more
 * @param progress hears how far the work is; work that is short need not tell it
 * @param session names the conversation that the call belongs to, where the transport has one
 */
public record Call(CancelToken cancel, Progress progress, Optional<String> session) {}
