package dev.codeintel.git;

/**
 * Who wrote a commit.
 *
 * @param name may be empty
 * @param email without angle brackets; may be empty
 */
record Person(String name, String email) {}
