/**
 * What is said of the work, to the operator and across stages: typed errors, log events, progress,
 * cancellation, shares of memory, the cache of extracted files. Takes: events. Gives: lines on
 * stderr. Never: knows another stage.
 */
package dev.codeintel.ops;
