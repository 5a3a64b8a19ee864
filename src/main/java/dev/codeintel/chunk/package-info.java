/**
 * Cuts source text into chunks. Takes: the text of a file. Gives: {@link
 * dev.codeintel.chunk.Chunk}s with exact spans, every non-blank line in one of them. Never: reads a
 * file, knows a model (it counts tokens through {@link dev.codeintel.chunk.TokenCounter}).
 */
package dev.codeintel.chunk;
