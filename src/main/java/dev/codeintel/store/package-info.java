/**
 * What lies on disk, and what a query sees of it. Takes: vectors with their keys, documents of
 * chunks. Gives: the {@link dev.codeintel.store.VectorStore} (a repository's vectors, append-only),
 * {@link dev.codeintel.store.View}s (a work tree's Lucene index, whose commit is the one truth) and
 * {@link dev.codeintel.store.Generation}s (one committed state, readable until its last reader is
 * done). Never: walks a repository, calls a model, ranks.
 */
package dev.codeintel.store;
