/**
 * Vector search over ordinals. Takes: vectors and their ordinals. Gives: the nearest ordinals, and
 * exact scores from one fixed kernel. Never: knows chunks, files or what lies on disk.
 */
package dev.codeintel.vector;
