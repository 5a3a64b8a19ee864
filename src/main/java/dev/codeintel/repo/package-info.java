/**
 * The files of a work tree, and nothing else. Takes: a folder. Gives: the work tree around it, the
 * files that are worth indexing, their text, their bytes in the form in which git would store them,
 * what git's own folder says of this work tree, the scope globs of the tools. Never: starts a
 * program, follows a link out of the repository, writes into it, or trusts a word of what stands in
 * it.
 */
package dev.codeintel.repo;
