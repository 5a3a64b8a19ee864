/**
 * The Model Context Protocol. Takes: the bytes of one message. Gives: what is to be answered, at
 * once or after some work. Never: knows how messages travel, starts a thread, or opens a file.
 *
 * <p>{@code Json} turns bytes into plain values and back, {@code Codec} sees JSON-RPC in them,
 * {@link dev.codeintel.mcp.Session} is one client's conversation, {@link
 * dev.codeintel.mcp.Dispatcher} holds what all conversations share.
 */
package dev.codeintel.mcp;
