/**
 * Turns text into vectors. Takes: texts. Gives: unit vectors in off-heap memory. Never: knows files
 * or an index.
 *
 * <p>{@link dev.codeintel.embed.Embedders} opens what the settings ask for: the model in this
 * process ({@link dev.codeintel.embed.OnnxEmbedder}), or one behind a network ({@link
 * dev.codeintel.embed.OpenAiEmbedder}). There texts go through a plan of batches, a run that
 * isolates those that cannot be embedded, a client that sends again what may pass, a circuit that
 * keeps an outage cheap, and the one HTTP client of the process; the answer is decoded as it
 * arrives, into the caller's memory.
 */
package dev.codeintel.embed;
