/**
 * Turns text into vectors. Takes: texts. Gives: unit vectors in off-heap memory. Never: knows files
 * or an index.
 */
package dev.codeintel.embed;
