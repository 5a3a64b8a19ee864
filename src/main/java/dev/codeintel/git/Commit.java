package dev.codeintel.git;

import java.time.OffsetDateTime;

/**
 * A commit as people read it. Bytes that are no text in the commit's own encoding are replaced.
 *
 * @param id 40 hex digits
 * @param author name, after {@code .mailmap}
 * @param email of the author, after {@code .mailmap}, without angle brackets
 * @param date when it was written, in the author's own offset
 * @param summary the first paragraph of the message, on one line
 */
public record Commit(String id, String author, String email, OffsetDateTime date, String summary) {}
