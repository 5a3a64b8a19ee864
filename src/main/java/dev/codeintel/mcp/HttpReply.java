package dev.codeintel.mcp;

/**
 * What a POST to the protocol's endpoint leads to.
 *
 * @param status of the response when the reply is there at once; work always begins with 200
 * @param reply what is sent: nothing is an empty body
 * @param endsWithClient whether a client that hangs up wants its work to be cancelled
 */
public record HttpReply(int status, Reply reply, boolean endsWithClient) {}
