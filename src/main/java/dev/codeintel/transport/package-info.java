/**
 * How messages travel. Takes: bytes of a client. Gives: whole messages to a {@link
 * dev.codeintel.mcp.Session}, its answers back to the client, and threads to work on. Never: looks
 * into a message.
 */
package dev.codeintel.transport;
