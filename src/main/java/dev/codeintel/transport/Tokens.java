package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who may ask: tokens, each with the name of whoever holds it. Only their digests are kept, and how
 * long a comparison takes tells nothing about them. Immutable.
 */
public final class Tokens {

  /** The name of the one token that has none. */
  private static final String UNNAMED = "CODEINTEL_TOKEN";

  /** The letters of a bearer token, RFC 6750. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +([^ ]+) *");

  private static final Set<PosixFilePermission> OTHERS_READ =
      Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

  private final List<Entry> entries;

  private record Entry(String name, byte[] digest) {}

  private Tokens(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * Reads tokens; both may be given. Warns of a file that others may read.
   *
   * @param token one without a name
   * @param file a line each: a name, blanks, a token; {@code #} begins a comment
   * @throws CodeintelException {@code invalid-argument} that says which line is wrong, and never
   *     what stands there
   */
  public static Tokens load(Optional<String> token, Optional<Path> file) {
    var entries = new ArrayList<Entry>();
    token.ifPresent(value -> entries.add(entry(UNNAMED, value, "CODEINTEL_TOKEN")));
    file.ifPresent(path -> read(path, entries));
    return new Tokens(entries);
  }

  private static void read(Path file, List<Entry> entries) {
    warnOfReaders(file);
    var names = new HashSet<String>();
    var number = 0;
    for (var line : lines(file)) {
      number++;
      var text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      var where = "CODEINTEL_TOKENS_FILE %s, line %d".formatted(file, number);
      var fields = text.split("\\s+");
      if (fields.length != 2 || !NAME.matcher(fields[0]).matches()) {
        throw invalid("%s: it must hold a name of letters, digits, - _ . and a token.", where);
      }
      if (!names.add(fields[0])) {
        throw invalid("%s: the name %s stands there twice.", where, fields[0]);
      }
      if (entries.size() == Limits.TOKENS_MAX) {
        throw invalid("%s: there are more than %,d tokens.", where, Limits.TOKENS_MAX);
      }
      entries.add(entry(fields[0], fields[1], where));
    }
    if (names.isEmpty()) {
      throw invalid("CODEINTEL_TOKENS_FILE %s holds no token.", file);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw invalid("CODEINTEL_TOKENS_FILE %s cannot be read: %s.", file, e.getMessage());
    }
  }

  private static void warnOfReaders(Path file) {
    var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    try {
      if (view != null
          && view.readAttributes().permissions().stream().anyMatch(OTHERS_READ::contains)) {
        Log.warning("Others may read the file of tokens", "path", file, "remedy", "chmod 600");
      }
    } catch (IOException e) {
      Log.debug(
          "Cannot see who may read the file of tokens", "path", file, "reason", e.getMessage());
    }
  }

  private static Entry entry(String name, String token, String where) {
    if (!TOKEN.matcher(token).matches()) {
      throw invalid("%s: a token has letters, digits and - . _ ~ + / only.", where);
    }
    if (token.length() < Limits.TOKEN_CHARS_MIN || token.length() > Limits.TOKEN_CHARS_MAX) {
      throw invalid(
          "%s: a token has %d to %d characters. Make one with: openssl rand -hex 32",
          where, Limits.TOKEN_CHARS_MIN, Limits.TOKEN_CHARS_MAX);
    }
    return new Entry(name, digest(token));
  }

  /** Whether anybody may ask. */
  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /**
   * Whose token this is.
   *
   * @param authorization the value of the Authorization header
   * @return the name; empty when it is nobody's
   */
  Optional<String> holder(String authorization) {
    var bearer = BEARER.matcher(authorization);
    if (!bearer.matches()) {
      return Optional.empty();
    }
    var digest = digest(bearer.group(1));
    Optional<String> holder = Optional.empty();
    for (var entry : entries) { // to the last one, whichever it is
      if (MessageDigest.isEqual(digest, entry.digest())) {
        holder = Optional.of(entry.name());
      }
    }
    return holder;
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static CodeintelException invalid(String format, Object... values) {
    return new CodeintelException(ErrorCode.INVALID_ARGUMENT, format.formatted(values));
  }
}
