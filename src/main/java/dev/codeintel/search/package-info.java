/**
 * Finds and ranks. Takes: a query, a scope, one generation of an index. Gives: {@link
 * dev.codeintel.search.Finding}s, best first. Never: changes the index, knows a tool or a protocol.
 */
package dev.codeintel.search;
