/**
 * codeintel: a fast, truthful view of a repository for coding agents, over MCP.
 *
 * <pre>
 * repository files --> chunk --> embed --> faiss, vector --> store --> index --+
 *        |                                                                     v
 *        repo (files, ignore rules) ------------------------------------> search --> tool --> mcp --> transport
 *        |                                                                            ^
 *        git (blame, history) --------------------------------------------------------+
 * </pre>
 *
 * <p>One package a stage, in the order in which data travels. A stage imports only stages before
 * it, {@code config} and {@code ops}; a test checks the direction. {@code cli} holds the commands,
 * {@link dev.codeintel.Main} only wires.
 */
package dev.codeintel;
