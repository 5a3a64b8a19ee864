/**
 * What is said of the work, to the operator and across stages: typed errors, log events, progress,
 * cancellation; and what stages share: memory, values by their last use, extracted files. Takes:
 * events. Gives: lines on stderr. Never: knows another stage.
 */
package dev.codeintel.ops;
