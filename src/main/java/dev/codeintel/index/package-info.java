/**
 * Brings an index up to date. Takes: a work tree, a chunker, an embedder. Gives: commits of its
 * view and blocks of vectors. Never: searches.
 */
package dev.codeintel.index;
