package dev.codeintel.repo;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How the bytes of one file of the work tree become those that git would store, less what a program
 * of the user's (a filter) would do: first to UTF-8, then CR LF to LF, then {@code $Id: ...$} to
 * {@code $Id$}. The rules are those of git's convert.c.
 *
 * @param encoding what the file is written in; empty for what git stores as it is
 */
record CleanText(Optional<String> encoding, LineEnds lineEnds, boolean ident) {

  /** Whether CR LF becomes LF. */
  enum LineEnds {
    KEPT,
    CONVERTED,
    /** Converted where the file looks like text and git does not already store CR LF for it. */
    GUESSED
  }

  /**
   * @param attributes of the file
   * @param autoCrlf whether {@code core.autocrlf} is {@code true} or {@code input}
   */
  static CleanText of(Map<String, AttributeRule.State> attributes, boolean autoCrlf) {
    var ident = attributes.get("ident");
    return new CleanText(
        value(attributes, "working-tree-encoding")
            .filter(name -> !name.isEmpty() && !utfName(name).equals("UTF-8")),
        lineEnds(attributes, autoCrlf),
        ident != null && ident.kind() == AttributeRule.Kind.SET);
  }

  /** The value of an attribute that has one. */
  static Optional<String> value(Map<String, AttributeRule.State> attributes, String name) {
    return Optional.ofNullable(attributes.get(name))
        .filter(state -> state.kind() == AttributeRule.Kind.VALUE)
        .map(AttributeRule.State::value);
  }

  private static LineEnds lineEnds(Map<String, AttributeRule.State> attributes, boolean autoCrlf) {
    return lineEnds(attributes.get("text"))
        .or(() -> lineEnds(attributes.get("crlf"))) // the name that it had once
        .orElseGet(
            () -> {
              var eol = value(attributes, "eol").orElse("");
              if (eol.equals("lf") || eol.equals("crlf")) {
                return LineEnds.CONVERTED;
              }
              return autoCrlf ? LineEnds.GUESSED : LineEnds.KEPT;
            });
  }

  private static Optional<LineEnds> lineEnds(AttributeRule.State state) {
    if (state == null) {
      return Optional.empty();
    }
    return switch (state.kind()) {
      case SET -> Optional.of(LineEnds.CONVERTED);
      case UNSET -> Optional.of(LineEnds.KEPT);
      default ->
          switch (state.value()) {
            case "input" -> Optional.of(LineEnds.CONVERTED);
            case "auto" -> Optional.of(LineEnds.GUESSED);
            default -> Optional.empty();
          };
    };
  }

  /**
   * Converts a file.
   *
   * @param bytes as they lie on disk; not changed
   * @param stored what git stores for the file now, if anything; asked for at most once
   */
  byte[] clean(byte[] bytes, Supplier<Optional<byte[]>> stored) {
    var utf8 = encoding.flatMap(name -> toUtf8(bytes, name)).orElse(bytes);
    var lines = convertsLineEnds(utf8, stored) ? withoutCrBeforeLf(utf8) : utf8;
    return ident ? withoutIds(lines) : lines;
  }

  // ---- line ends

  private boolean convertsLineEnds(byte[] bytes, Supplier<Optional<byte[]>> stored) {
    if (lineEnds == LineEnds.KEPT) {
      return false;
    }
    var statistics = Statistics.of(bytes);
    if (lineEnds == LineEnds.CONVERTED || statistics.crLf == 0) {
      return statistics.crLf > 0;
    }
    return !statistics.looksBinary()
        && !stored.get().map(Statistics::of).map(Statistics::isTextWithCrLf).orElse(false);
  }

  /** What git counts to tell text from binary where it has to guess. */
  private record Statistics(int nul, int loneCr, int crLf, int printable, int other) {

    static Statistics of(byte[] bytes) {
      int nul = 0;
      int loneCr = 0;
      int crLf = 0;
      int printable = 0;
      int other = 0;
      for (var i = 0; i < bytes.length; i++) {
        var b = bytes[i];
        if (b == '\r') {
          if (i + 1 < bytes.length && bytes[i + 1] == '\n') {
            crLf++;
            i++;
          } else {
            loneCr++;
          }
        } else if (b == 0) {
          nul++;
        } else if (b >= 0 && b < ' ' && "\b\t\n\f\u001B".indexOf(b) < 0 || b == 0x7F) {
          other++;
        } else if (b != '\n') {
          printable++;
        }
      }
      if (bytes.length > 0 && bytes[bytes.length - 1] == 0x1A) {
        other--; // the mark at the end of a DOS file
      }
      return new Statistics(nul, loneCr, crLf, printable, other);
    }

    boolean looksBinary() {
      return loneCr > 0 || nul > 0 || printable >> 7 < other;
    }

    boolean isTextWithCrLf() {
      return crLf > 0 && !looksBinary();
    }
  }

  private static byte[] withoutCrBeforeLf(byte[] bytes) {
    var kept = new byte[bytes.length];
    var length = 0;
    for (var i = 0; i < bytes.length; i++) {
      if (bytes[i] != '\r' || i + 1 == bytes.length || bytes[i + 1] != '\n') {
        kept[length++] = bytes[i];
      }
    }
    return Arrays.copyOf(kept, length);
  }

  // ---- $Id$

  private static byte[] withoutIds(byte[] bytes) {
    var kept = new byte[bytes.length];
    var length = 0;
    for (var i = 0; i < bytes.length; i++) {
      kept[length++] = bytes[i];
      if (bytes[i] == '$') {
        var end = endOfId(bytes, i + 1);
        if (end > 0) {
          kept[length++] = 'I';
          kept[length++] = 'd';
          kept[length++] = '$';
          i = end;
        }
      }
    }
    return Arrays.copyOf(kept, length);
  }

  /** Index of the dollar that ends {@code Id: ...}; -1 when none does in the same line. */
  private static int endOfId(byte[] bytes, int from) {
    if (from + 3 > bytes.length
        || bytes[from] != 'I'
        || bytes[from + 1] != 'd'
        || bytes[from + 2] != ':') {
      return -1;
    }
    for (var i = from + 3; i < bytes.length && bytes[i] != '\n'; i++) {
      if (bytes[i] == '$') {
        return i;
      }
    }
    return -1;
  }

  // ---- encodings

  /** Empty where git would leave the bytes as they are, or where we do not know the encoding. */
  private static Optional<byte[]> toUtf8(byte[] bytes, String encoding) {
    return charset(bytes, utfName(encoding)).flatMap(charset -> toUtf8(bytes, charset));
  }

  private static Optional<byte[]> toUtf8(byte[] bytes, Charset charset) {
    try {
      var text =
          charset
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes));
      return Optional.of(text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Empty where a byte order mark must be there and is not, or must not be there and is. */
  private static Optional<Charset> charset(byte[] bytes, String name) {
    var mark16 = startsWith(bytes, 0xFE, 0xFF) || startsWith(bytes, 0xFF, 0xFE);
    var mark32 = startsWith(bytes, 0, 0, 0xFE, 0xFF) || startsWith(bytes, 0xFF, 0xFE, 0, 0);
    return switch (name) {
      case "UTF-16" -> mark16 ? known(name) : Optional.empty();
      case "UTF-16LE", "UTF-16BE" -> mark16 ? Optional.empty() : known(name);
      case "UTF-16LE-BOM" -> known(mark16 ? "UTF-16" : "UTF-16LE");
      case "UTF-32" -> mark32 ? known(name) : Optional.empty();
      case "UTF-32LE", "UTF-32BE" -> mark32 ? Optional.empty() : known(name);
      case "LATIN-1" -> Optional.of(StandardCharsets.ISO_8859_1);
      default -> known(name);
    };
  }

  private static Optional<Charset> known(String name) {
    try {
      return Optional.of(Charset.forName(name));
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return Optional.empty();
    }
  }

  /** In capitals, with the hyphen that may be missing in names such as {@code utf16}. */
  private static String utfName(String encoding) {
    var name = encoding.toUpperCase(Locale.ROOT);
    return name.startsWith("UTF") && !name.startsWith("UTF-") ? "UTF-" + name.substring(3) : name;
  }

  private static boolean startsWith(byte[] bytes, int... start) {
    if (bytes.length < start.length) {
      return false;
    }
    for (var i = 0; i < start.length; i++) {
      if ((bytes[i] & 0xFF) != start[i]) {
        return false;
      }
    }
    return true;
  }
}
