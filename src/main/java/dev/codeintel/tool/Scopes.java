package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Globs;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.LongSupplier;

/**
 * The scopes that clients have set, each behind a handle that cannot be guessed, and which of them
 * is that of a conversation. One that is not used for a while is forgotten; and the one that was
 * not used for longest, when there are too many. They are kept as they were given: compiled, a glob
 * with braces is a thousand times as long. Safe for use by any thread.
 */
public final class Scopes {

  private static final int ID_BYTES = 18;
  private static final int ITEM_CHARS = 40; // what a text takes beside its characters

  private final SecureRandom random = new SecureRandom();
  private final Duration idleMax;
  private final LongSupplier nanoTime;

  // All of these under this; the maps in the order of use.
  private final Map<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, String> ofSessions = new LinkedHashMap<>(16, 0.75f, true);
  private long keptChars;

  private record Kept(
      List<String> include, List<String> exclude, SortedSet<String> languages, long usedNanos) {

    Scope scope() {
      return new Scope(Globs.of(include, exclude), languages);
    }

    Kept usedAt(long nanos) {
      return new Kept(include, exclude, languages, nanos);
    }

    long chars() {
      return chars(include) + chars(exclude) + chars(List.copyOf(languages));
    }

    private static long chars(List<String> texts) {
      return texts.stream().mapToLong(text -> ITEM_CHARS + text.length()).sum();
    }
  }

  /**
   * @param idleMax how long a scope is kept after its last use
   */
  public Scopes(Duration idleMax) {
    this(idleMax, System::nanoTime);
  }

  /**
   * @param nanoTime a clock as {@link System#nanoTime}
   */
  Scopes(Duration idleMax, LongSupplier nanoTime) {
    this.idleMax = idleMax;
    this.nanoTime = nanoTime;
  }

  Duration idleMax() {
    return idleMax;
  }

  /**
   * Keeps a scope.
   *
   * @param session the conversation whose scope it becomes, if any
   * @return its handle
   */
  synchronized String keep(Scope scope, Optional<String> session) {
    var id = newId();
    session.ifPresent(name -> remember(name, id));
    var globs = scope.globs();
    var added = new Kept(globs.include(), globs.exclude(), scope.languages(), nanoTime.getAsLong());
    kept.put(id, added);
    keptChars += added.chars();
    forget();
    return id;
  }

  private void remember(String session, String id) {
    if (session.length() > Limits.SESSION_CHARS_MAX) {
      throw new CodeintelException(
          ErrorCode.INVALID_ARGUMENT,
          "The name of the session has %,d characters; it must have %,d at most."
              .formatted(session.length(), Limits.SESSION_CHARS_MAX));
    }
    ofSessions.put(session, id);
    if (ofSessions.size() > Limits.SCOPES_MAX) {
      ofSessions.remove(ofSessions.keySet().iterator().next());
    }
  }

  private String newId() {
    var bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** The map is in the order of use, so that what is to go stands first. */
  private void forget() {
    var now = nanoTime.getAsLong();
    for (var all = kept.values().iterator(); all.hasNext(); ) {
      var oldest = all.next();
      var isOld = now - oldest.usedNanos() > idleMax.toNanos();
      if (!isOld && kept.size() <= Limits.SCOPES_MAX && keptChars <= Limits.SCOPES_CHARS_MAX) {
        return;
      }
      keptChars -= oldest.chars();
      all.remove();
    }
  }

  /**
   * The scope behind a handle.
   *
   * @throws CodeintelException {@code scope-not-found}
   */
  Scope find(String id) {
    return use(id)
        .orElseThrow(
            () ->
                notFound(
                    "scope_id is not known here: it was never given, %s. Call set_scope again and use"
                        + " the scope_id that it answers."));
  }

  /**
   * The scope of a conversation, where it has set one. Only the {@link Limits#SCOPES_MAX}
   * conversations that used theirs last are remembered; any other counts as one that set none.
   *
   * @throws CodeintelException {@code scope-not-found} when the scope is gone: without it a call
   *     would find what it was to leave out
   */
  Optional<Scope> ofSession(String session) {
    return idOf(session)
        .map(
            id ->
                use(id)
                    .orElseThrow(
                        () ->
                            notFound(
                                "The scope of this conversation is gone: it %s. Call set_scope with it"
                                    + " again, or without a scope to search every file.")));
  }

  private synchronized Optional<String> idOf(String session) {
    return Optional.ofNullable(ofSessions.get(session));
  }

  private Optional<Scope> use(String id) {
    Optional<Kept> found;
    synchronized (this) {
      forget();
      var now = nanoTime.getAsLong();
      found = Optional.ofNullable(kept.computeIfPresent(id, (_, old) -> old.usedAt(now)));
    }
    return found.map(Kept::scope); // compiling it may take a while
  }

  private CodeintelException notFound(String format) {
    return new CodeintelException(
        ErrorCode.SCOPE_NOT_FOUND,
        format.formatted(
            "was not used for %,d s, or made room for newer ones".formatted(idleMax.toSeconds())));
  }

  /** Takes a conversation's scope from it; handles stay good. */
  synchronized void clear(String session) {
    ofSessions.remove(session);
  }

  /** How many scopes are kept. */
  synchronized int size() {
    return kept.size();
  }
}
