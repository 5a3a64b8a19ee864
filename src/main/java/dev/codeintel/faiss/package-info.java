/**
 * FAISS behind one small, safe door.
 *
 * <p>Takes: vectors, ids and id bitmaps in off-heap memory. Gives: ids and scores, and an index as
 * bytes. Never: knows files, chunks or queries, or lets a pointer of FAISS out. The only package
 * that imports the generated bindings ({@code dev.codeintel.faiss.capi}).
 *
 * <p>{@link dev.codeintel.faiss.FaissLibrary#load} comes first, and gives one object that also
 * stands for "not here, because ...". With it {@link dev.codeintel.faiss.FaissIndex} is made or
 * read.
 */
package dev.codeintel.faiss;
