package dev.codeintel.git;

import dev.codeintel.config.Limits;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Reads a commit as {@code git log} shows it, and never fails: anyone can write any bytes into a
 * commit. Its text is in the encoding that its header names; where that is unknown or does not fit,
 * and where none is named, it is UTF-8, and what is none is replaced. A date that is missing or
 * beyond all calendars is the first second of 1970, an offset beyond a calendar's the largest one.
 * Characters that would end a line become spaces, all others stay as they are.
 */
final class Commits {

  /** In git's sense, which knows no others. */
  private static final String SPACE = " \t\r\n";

  private static final Pattern LINE_ENDS = Pattern.compile("[\\r\\n\\x0b\\f\\x85\\u2028\\u2029]");

  /** Seconds, as many as a calendar can take, and an offset. */
  private static final Pattern DATE =
      Pattern.compile("[ \\t\\r]*0*([0-9]{1,16})[ \\t\\r]*([+-][0-9]+).*");

  private static final OffsetDateTime NO_DATE = Instant.EPOCH.atOffset(ZoneOffset.UTC);
  private static final int OFFSET_CHARS_MAX = 9;
  private static final String CUT = "...";

  private Commits() {}

  /**
   * @param bytes the canonical form of the commit
   */
  static Commit read(ObjectId id, byte[] bytes, Mailmap mailmap) {
    var text = text(bytes);
    var author = header(text, "author ");
    var written = person(author);
    var person = written.map(mailmap::proper).orElse(new Person("", ""));
    return new Commit(
        id.name(),
        shown(person.name(), Limits.AUTHOR_CHARS_MAX),
        shown(person.email(), Limits.AUTHOR_CHARS_MAX),
        written.isPresent() ? date(author) : NO_DATE,
        shown(summary(text), Limits.SUMMARY_CHARS_MAX));
  }

  private static String text(byte[] bytes) {
    var length = Math.min(bytes.length, Limits.COMMIT_BYTES_MAX);
    var plain = new String(bytes, 0, length, StandardCharsets.UTF_8);
    var text =
        firstHeader(plain, "encoding ")
            .flatMap(Commits::charset)
            .flatMap(charset -> decoded(ByteBuffer.wrap(bytes, 0, length), charset))
            .orElse(plain);
    var end = text.indexOf('\0'); // git's strings end here
    return end < 0 ? text : text.substring(0, end);
  }

  private static Optional<Charset> charset(String name) {
    try {
      return Optional.of(Charset.forName(name.equalsIgnoreCase("latin-1") ? "ISO-8859-1" : name));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // unknown here: read as if no encoding were named
    }
  }

  /** Empty where the bytes are no text in this encoding. */
  private static Optional<String> decoded(ByteBuffer bytes, Charset charset) {
    var decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var chars = CharBuffer.allocate((int) (bytes.remaining() * (double) decoder.maxCharsPerByte()));
    var result = decoder.decode(bytes, chars, false); // the last letter may be cut
    return result.isError() ? Optional.empty() : Optional.of(chars.flip().toString());
  }

  /** Of several the last, as git has it; empty where there is none. */
  private static String header(String text, String name) {
    var found = "";
    for (var line : headers(text)) {
      if (line.startsWith(name)) {
        found = line.substring(name.length());
      }
    }
    return found;
  }

  private static Optional<String> firstHeader(String text, String name) {
    return headers(text).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()))
        .findFirst();
  }

  private static List<String> headers(String text) {
    var headers = new ArrayList<String>();
    for (var start = 0; start < text.length() && text.charAt(start) != '\n'; ) {
      var end = lineEnd(text, start);
      headers.add(text.substring(start, end));
      start = end + 1;
    }
    return headers;
  }

  private static int lineEnd(String text, int start) {
    var end = text.indexOf('\n', start);
    return end < 0 ? text.length() : end;
  }

  private static Optional<Person> person(String author) {
    var left = author.indexOf('<');
    var right = author.indexOf('>', left + 1);
    if (left < 0 || right < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Person(
            withoutSpaceBehind(author.substring(0, left)), author.substring(left + 1, right)));
  }

  private static OffsetDateTime date(String author) {
    var date = DATE.matcher(author.substring(author.lastIndexOf('>') + 1));
    return date.matches()
        ? Instant.ofEpochSecond(Long.parseLong(date.group(1))).atOffset(offset(date.group(2)))
        : NO_DATE;
  }

  /**
   * @param text a sign, hours and two digits of minutes
   */
  private static ZoneOffset offset(String text) {
    if (text.length() > OFFSET_CHARS_MAX) {
      return ZoneOffset.UTC;
    }
    var digits = Integer.parseInt(text.substring(1));
    var seconds = (digits / 100 * 60L + digits % 100) * 60;
    var offset = (int) Math.min(seconds, ZoneOffset.MAX.getTotalSeconds());
    return ZoneOffset.ofTotalSeconds(text.charAt(0) == '-' ? -offset : offset);
  }

  private static String summary(String text) {
    var start = text.startsWith("\n") ? 0 : text.indexOf("\n\n");
    if (start < 0) {
      return "";
    }
    var summary = new StringJoiner(" ");
    for (var line : text.substring(start).split("\n", -1)) {
      var shown = withoutSpaceBehind(line);
      if (!shown.isEmpty()) {
        summary.add(shown);
      } else if (summary.length() > 0) {
        break;
      }
    }
    return summary.toString();
  }

  private static String withoutSpaceBehind(String text) {
    var end = text.length();
    while (end > 0 && SPACE.indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return text.substring(0, end);
  }

  private static String shown(String text, int charsMax) {
    var line = LINE_ENDS.matcher(text).replaceAll(" ");
    if (line.length() <= charsMax) {
      return line;
    }
    var end = charsMax - CUT.length();
    return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + CUT;
  }
}
