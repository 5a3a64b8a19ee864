/**
 * Literal and regular expressions over the bytes of one text, in time that grows with the text and
 * the expression, never faster. Takes: what is searched, bytes. Gives: the lines that match, and
 * where in them. Never: knows files or folders, or lets a match span two lines.
 */
package dev.codeintel.repo.text;
