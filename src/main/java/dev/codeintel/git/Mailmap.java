package dev.codeintel.git;

import dev.codeintel.config.Limits;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The names and addresses that people want to be known by, from a {@code .mailmap}. A line gives
 * the proper name, the proper address or both, and then the address, or name and address, that
 * stands in commits. Letters compare without regard to case, ASCII ones only; of two lines for the
 * same person the later counts. Immutable once it is read.
 */
final class Mailmap {

  static final Mailmap NONE = of(new byte[0]);

  private final Map<String, Known> byEmail = new HashMap<>();

  private Mailmap() {}

  /**
   * @param bytes of a .mailmap; what follows the first {@link Limits#MAILMAP_BYTES_MAX} is left out
   */
  static Mailmap of(byte[] bytes) {
    var length = Math.min(bytes.length, Limits.MAILMAP_BYTES_MAX);
    var mailmap = new Mailmap();
    new String(bytes, 0, length, StandardCharsets.UTF_8).lines().forEach(mailmap::read);
    return mailmap;
  }

  /** Whoever is meant by what stands in a commit. */
  Person proper(Person written) {
    var known = byEmail.get(folded(written.email()));
    return known == null ? written : known.of(written).applied(written);
  }

  private void read(String line) {
    if (line.startsWith("#")) {
      return;
    }
    var first = Part.of(line);
    if (first.isEmpty() || first.get().email().isEmpty()) {
      return;
    }
    var proper = first.get();
    var second = Part.of(proper.rest());
    if (second.isEmpty()) {
      known(proper.email()).whoever(new Proper(proper.name(), Optional.empty()));
      return;
    }
    var known = known(second.get().email());
    var as = new Proper(proper.name(), Optional.of(proper.email()));
    if (second.get().name().isEmpty()) {
      known.whoever(as);
    } else {
      known.byName.put(folded(second.get().name().get()), as);
    }
  }

  private Known known(String email) {
    return byEmail.computeIfAbsent(folded(email), key -> new Known());
  }

  private static String folded(String text) {
    var letters = text.toCharArray();
    for (var at = 0; at < letters.length; at++) {
      if (letters[at] >= 'A' && letters[at] <= 'Z') {
        letters[at] += 'a' - 'A';
      }
    }
    return new String(letters);
  }

  /** A name, an address in angle brackets, and what follows. */
  private record Part(Optional<String> name, String email, String rest) {

    static Optional<Part> of(String text) {
      var left = text.indexOf('<');
      var right = text.indexOf('>', left + 1);
      if (left < 0 || right < 0) {
        return Optional.empty();
      }
      var name = text.substring(0, left).strip();
      return Optional.of(
          new Part(
              name.isEmpty() ? Optional.empty() : Optional.of(name),
              text.substring(left + 1, right),
              text.substring(right + 1)));
    }
  }

  /** What takes the place of what is written, where it is given. */
  private record Proper(Optional<String> name, Optional<String> email) {

    static final Proper AS_WRITTEN = new Proper(Optional.empty(), Optional.empty());

    Person applied(Person written) {
      return new Person(name.orElse(written.name()), email.orElse(written.email()));
    }
  }

  /** What is known about an address: by the name beside it, and for all other names. */
  private static final class Known {

    final Map<String, Proper> byName = new HashMap<>();
    private Proper others = Proper.AS_WRITTEN;

    /** A line that gives only one of both leaves the other as an earlier line said. */
    void whoever(Proper as) {
      others = new Proper(as.name().or(others::name), as.email().or(others::email));
    }

    Proper of(Person written) {
      return byName.getOrDefault(folded(written.name()), others);
    }
  }
}
