/**
 * The tools, one class each. Takes: checked {@link dev.codeintel.tool.Arguments} and the {@link
 * dev.codeintel.tool.Backend}. Gives: a {@link dev.codeintel.tool.Result}, values and a compact
 * text, in any size up to all of it. Never: sees JSON or a transport.
 */
package dev.codeintel.tool;
