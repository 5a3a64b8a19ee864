package dev.codeintel.mcp;

import java.util.Map;
import java.util.Optional;

/** What a client learns of this server before it asks for anything. */
final class Greeting {

  /** This program. */
  static final Wire.Implementation SERVER = new Wire.Implementation("codeintel", version());

  private static final String INSTRUCTIONS =
      """
      codeintel has this repository indexed. Use semantic_search first when you know what code does \
      but not what it is called, or when a name may stand in many places: it ranks whole functions by \
      meaning and by words, so one call replaces many greps. Ask in a full sentence and add the \
      identifiers you know. Use search_text for exact strings and regular expressions, and for a \
      complete list of occurrences: it skips what is ignored and says how many there are. \
      open_file reads exact line ranges, list_paths finds files by glob and language without what is \
      ignored. blame_range says which commit brought the lines you read, and why; file_history which \
      commits changed a file. Answers say when the index is still being built (embedded_share, pending_files): \
      results are then right but may be incomplete. Paths are relative to the repository, lines start \
      at 1.""";

  private final Map<String, Object> capabilities;

  Greeting(Map<String, Object> capabilities) {
    this.capabilities = capabilities;
  }

  /** The client's revision where it is known here, else the latest: the client then decides. */
  Work initialize(Asked asked) {
    return new Work.Done(
        new Wire.InitializeResult(agreed(asked).text(), capabilities, SERVER, INSTRUCTIONS));
  }

  Work discover(Asked asked) {
    return new Work.Done(
        new Wire.DiscoverResult(Revision.allStateless(), capabilities, INSTRUCTIONS));
  }

  /**
   * The revision of a conversation that begins with {@code initialize}.
   *
   * @throws RpcException where the client names none
   */
  static Revision agreed(Asked asked) {
    if (!(asked.params().get("protocolVersion") instanceof String wanted)) {
      throw new RpcException(
          RpcError.invalidParams(
              "params.protocolVersion must be a revision, such as "
                  + Revision.LATEST_WITH_HANDSHAKE.text()));
    }
    return Revision.withHandshake(wanted).orElse(Revision.LATEST_WITH_HANDSHAKE);
  }

  /** The version in the jar's manifest. */
  static String version() {
    return Optional.ofNullable(Greeting.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
