/**
 * How messages travel. Takes: bytes of a client. Gives: whole messages to a {@link
 * dev.codeintel.mcp.Session} or an {@link dev.codeintel.mcp.HttpEndpoint}, their answers back to
 * the client, and threads to work on. Never: looks into a message.
 *
 * <p>Over stdio {@link dev.codeintel.transport.StdioServer} reads lines and an {@code Outbox}
 * writes them. Over HTTP {@link dev.codeintel.transport.HttpTransport} puts the parts together:
 * {@code FrontDoor} checks the head of each request, {@code McpPost} reads its message and takes
 * the answer back, as JSON or as an {@code EventStream}.
 */
package dev.codeintel.transport;
