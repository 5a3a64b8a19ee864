package dev.codeintel.repo;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** What the bytes of a file are taken for. */
enum Encoding {
  UTF_8("UTF-8", StandardCharsets.UTF_8),
  UTF_16LE("UTF-16LE", StandardCharsets.UTF_16LE),
  UTF_16BE("UTF-16BE", StandardCharsets.UTF_16BE),
  WINDOWS_1252("windows-1252", Charset.forName("windows-1252")),
  ISO_8859_1("ISO-8859-1", StandardCharsets.ISO_8859_1),
  BINARY("binary", StandardCharsets.ISO_8859_1);

  /** Bytes that stand for nothing in windows-1252. */
  private static final String UNDEFINED = "\u0081\u008D\u008F\u0090\u009D";

  private final String label;
  private final Charset charset;

  Encoding(String label, Charset charset) {
    this.label = label;
    this.charset = charset;
  }

  String label() {
    return label;
  }

  Charset charset() {
    return charset;
  }

  boolean guessed() {
    return this == WINDOWS_1252 || this == ISO_8859_1;
  }

  boolean wide() {
    return this == UTF_16LE || this == UTF_16BE;
  }

  /** Whether a byte rules windows-1252 out. */
  static boolean isUndefined(byte b) {
    return b < 0 && UNDEFINED.indexOf(b & 0xFF) >= 0;
  }
}
