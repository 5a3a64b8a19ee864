package dev.codeintel.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes messages that are nearly right: right ones of which a few places are changed. */
final class MessageMutator {

  private static final String META =
      ",'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28','io.modelcontextprotocol/clientCapabilities':{},'progressToken':1}";

  private static final List<String> PARAMS =
      List.of(
          "initialize {'protocolVersion':'2025-06-18','capabilities':{},'clientInfo':{'name':'x','version':'1'}~}",
          "ping {'a':1~}",
          "server/discover {'a':1~}",
          "subscriptions/listen {'notifications':{'toolsListChanged':true}~}",
          "notifications/cancelled {'requestId':1~}",
          "tools/list {'cursor':null~}",
          "resources/list {'a':1~}",
          "resources/templates/list {'a':1~}",
          "resources/read {'uri':'file:///src%2FApp.java'~}",
          "prompts/list {'a':1~}",
          "prompts/get {'name':'code_review','arguments':{'area':'src'}~}",
          "completion/complete {'ref':{'type':'ref/resource','uri':'file:///{path}'},'argument':{'name':'path','value':'src/'}~}",
          "tools/call {'name':'semantic_search','arguments':{'query':'where does it stop','limit':3,'mode':'lexical','include_globs':['src/**'],'languages':['java']}~}",
          "tools/call {'name':'search_text','arguments':{'query':'run','regex':true,'paths':['src'],'context_lines':1}~}",
          "tools/call {'name':'list_paths','arguments':{'path':'src','include_globs':['**/*.java'],'max_results':5}~}",
          "tools/call {'name':'open_file','arguments':{'path':'src/App.java','start_line':1,'end_line':2}~}",
          "tools/call {'name':'open_file','arguments':{'path':'src/App.java','revision':'HEAD~1'}~}",
          "tools/call {'name':'blame_range','arguments':{'path':'src/App.java','start_line':1,'end_line':3}~}",
          "tools/call {'name':'file_history','arguments':{'path':'src/App.java','limit':5,'follow':true}~}",
          "tools/call {'name':'set_scope','arguments':{'scope':{'languages':['java']}}~}",
          "tools/call {'name':'index_status','arguments':{}~}");

  private final Random random;
  private final List<byte[]> right;
  private final List<Object> odd;

  MessageMutator(Random random) {
    this.random = random;
    this.right = PARAMS.stream().flatMap(line -> variants(line).stream()).toList();
    this.odd = odd();
  }

  private static List<byte[]> variants(String line) {
    var method = line.substring(0, line.indexOf(' '));
    var params = line.substring(line.indexOf(' ') + 1);
    var id = method.startsWith("notifications/") ? "" : "'id':%d,";
    var variants = new ArrayList<byte[]>();
    for (var more : List.of("", META)) {
      // The last ~ of a line is where the envelope goes; others belong to revisions.
      var at = params.lastIndexOf('~');
      var whole = params.substring(0, at) + more + params.substring(at + 1);
      var message =
          "{'jsonrpc':'2.0',"
              + id.formatted(variants.size() + 1)
              + "'method':'"
              + method
              + "','params':"
              + whole
              + "}";
      variants.add(message.replace('\'', '"').getBytes(UTF_8));
    }
    return variants;
  }

  private static List<Object> odd() {
    var list =
        new ArrayList<Object>(
            List.of(
                "",
                " ",
                "\0",
                "..",
                "../../etc/passwd",
                "/",
                "\\",
                "a\nb",
                "\u2028",
                "\ud83d\ude00",
                "%00",
                "*",
                "**/**/**",
                "[",
                "{a,b",
                "(((((",
                "(a+)+$",
                "\\p{L}",
                "HEAD",
                "HEAD^{/x}",
                "HEAD@{1}",
                "refs/heads/main",
                ":/x",
                "0",
                "true"));
    list.addAll(
        List.of(
            0L,
            -1L,
            1L,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            new java.math.BigInteger("9".repeat(90)),
            1e308,
            -0.5,
            true,
            false,
            List.of(),
            Map.of(),
            List.of(List.of()),
            Map.of("a", 1L)));
    list.add(null);
    list.add("x".repeat(5_000));
    list.add(new String(new char[] {'\ud800'}));
    list.add(List.of("a", 1L, true));
    return list;
  }

  byte[] next() {
    var message = right.get(random.nextInt(right.size()));
    return switch (random.nextInt(10)) {
      case 0 -> message;
      case 1, 2 -> flipped(message);
      case 3 -> Arrays.copyOf(message, random.nextInt(message.length + 1));
      case 4 -> joined(message, right.get(random.nextInt(right.size())));
      case 5 -> batch(message);
      default -> changed(message);
    };
  }

  /** Headers as a client sends them for a message, or others. */
  Map<String, String> headers(byte[] message) {
    var headers = new HashMap<String, String>();
    if (random.nextInt(4) == 0) {
      for (var name : List.of("mcp-protocol-version", "mcp-method", "mcp-name", "x-session-id")) {
        headers.put(name, headerValue());
      }
      return headers;
    }
    if (Codec.read(message).messages().getFirst() instanceof Message.Request request
        && Envelope.isClaimed(request.params())) {
      headers.put("mcp-protocol-version", Envelope.claimed(request.params()));
      headers.put("mcp-method", request.method());
      for (var named : List.of("name", "uri")) {
        if (request.params().get(named) instanceof String name) {
          headers.put("mcp-name", name);
        }
      }
    }
    return headers;
  }

  private String headerValue() {
    return switch (random.nextInt(6)) {
      case 0 -> "2026-07-28";
      case 1 -> "2025-03-26";
      case 2 -> "tools/call";
      case 3 -> "open_file";
      case 4 -> "=?base64?" + random.nextInt() + "?=";
      default -> String.valueOf(odd.get(random.nextInt(odd.size())));
    };
  }

  private byte[] flipped(byte[] message) {
    var bytes = message.clone();
    for (var i = 0; i <= random.nextInt(4); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  /** The head of one message and the tail of another. */
  private byte[] joined(byte[] head, byte[] tail) {
    var from = random.nextInt(tail.length);
    var to = random.nextInt(head.length);
    var bytes = Arrays.copyOf(head, to + tail.length - from);
    System.arraycopy(tail, from, bytes, to, tail.length - from);
    return bytes;
  }

  private byte[] batch(byte[] message) {
    var one = new String(message, UTF_8);
    return switch (random.nextInt(3)) {
      case 0 -> ("[" + one + "," + one + "]").getBytes(UTF_8);
      case 1 -> "[".repeat(random.nextInt(200)).getBytes(UTF_8);
      default -> ("[" + "7,".repeat(random.nextInt(150)) + one + "]").getBytes(UTF_8);
    };
  }

  /** A few values somewhere in the message are others, are gone, or have company. */
  private byte[] changed(byte[] message) {
    try {
      var value = Json.read(message);
      for (var i = 0; i <= random.nextInt(3); i++) {
        value = random.nextInt(3) > 0 ? withChangedArguments(value) : changed(value, 0);
      }
      return Json.write(value);
    } catch (Json.NotJson e) {
      throw new IllegalStateException("the right messages are right", e);
    }
  }

  /** The rest of the message is what leads to a tool. */
  private Object withChangedArguments(Object value) {
    var message = new LinkedHashMap<>(Json.asObject(value).orElse(Map.of()));
    var params = new LinkedHashMap<>(Json.asObject(message.get("params")).orElse(Map.of()));
    params.computeIfPresent("arguments", (_, arguments) -> changed(arguments, 0));
    message.computeIfPresent("params", (_, _) -> params);
    return message;
  }

  private Object changed(Object value, int depth) {
    if (value instanceof Map<?, ?> map && !map.isEmpty() && (depth == 0 || random.nextInt(4) > 0)) {
      var copy = new LinkedHashMap<Object, Object>(map);
      var key = new ArrayList<>(copy.keySet()).get(random.nextInt(copy.size()));
      switch (random.nextInt(12)) {
        case 0 -> copy.remove(key);
        case 1 -> copy.put("more", random(depth));
        default -> copy.put(key, changed(copy.get(key), depth + 1));
      }
      return copy;
    }
    if (value instanceof List<?> list && !list.isEmpty() && random.nextBoolean()) {
      var copy = new ArrayList<Object>(list);
      var index = random.nextInt(copy.size());
      copy.set(index, changed(copy.get(index), depth + 1));
      return copy;
    }
    return random(depth);
  }

  private Object random(int depth) {
    if (depth < 3 && random.nextInt(20) == 0) {
      Object nested = 1L;
      for (var i = 0; i < random.nextInt(100); i++) {
        nested = random.nextBoolean() ? List.of(nested) : Map.of("k", nested);
      }
      return nested;
    }
    return odd.get(random.nextInt(odd.size()));
  }
}
