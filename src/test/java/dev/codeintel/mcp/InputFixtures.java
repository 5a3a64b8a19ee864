package dev.codeintel.mcp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tools and a prompt of the stateless revision that need something from their client first: they
 * answer with what they want to know, and the client asks again with the answers in its request.
 */
final class InputFixtures {

  /**
   * A request within a result.
   *
   * @param capability that the client must have
   */
  private record Question(String capability, String method, Map<String, Object> params) {

    static Question elicitation(String message, String property, String type) {
      return new Question(
          "elicitation",
          "elicitation/create",
          Map.of(
              "message",
              message,
              "requestedSchema",
              Map.of(
                  "type",
                  "object",
                  "properties",
                  Map.of(property, Map.of("type", type)),
                  "required",
                  List.of(property))));
    }

    static Question sampling(String text, int maxTokens) {
      return new Question(
          "sampling",
          "sampling/createMessage",
          Map.of(
              "messages",
              List.of(Map.of("role", "user", "content", Wire.TextContent.of(text))),
              "maxTokens",
              maxTokens));
    }

    static Question roots() {
      return new Question("roots", "roots/list", Map.of());
    }

    Object wire() {
      return Map.of("method", method, "params", params);
    }
  }

  private static final String PREFIX = "test_input_required_result_";
  private static final Question NAME = Question.elicitation("What is your name?", "name", "string");
  private static final Question CONFIRM = Question.elicitation("Please confirm", "ok", "boolean");

  private static final Map<String, Question> FIRST =
      Map.of("step1", Question.elicitation("Step 1: What is your name?", "name", "string"));
  private static final Map<String, Question> SECOND =
      Map.of(
          "step2", Question.elicitation("Step 2: What is your favorite color?", "color", "string"));

  private final SignedState states = new SignedState();

  List<Fixture> tools() {
    return List.of(
        tool("elicitation", Map.of("user_name", NAME)),
        tool(
            "sampling",
            Map.of("capital_question", Question.sampling("What is the capital of France?", 100))),
        tool("list_roots", Map.of("client_roots", Question.roots())),
        stateful("request_state", Map.of("confirm", CONFIRM)),
        stateful("tampered_state", Map.of("confirm", CONFIRM)),
        stateful(
            "multiple_inputs",
            Map.of(
                "user_name",
                NAME,
                "greeting",
                Question.sampling("Generate a greeting", 50),
                "client_roots",
                Question.roots())),
        Fixture.tool(PREFIX + "multi_round", this::twoRounds),
        Fixture.tool(PREFIX + "capabilities", InputFixtures::whatTheClientCan),
        Fixture.tool(
            "test_streaming_elicitation",
            asked -> answered(asked, Map.of("user_name", NAME)).orElseGet(InputFixtures::thanks)),
        Fixture.tool(
            "test_missing_capability",
            asked -> {
              requireCapabilities(asked, Set.of("sampling"));
              return thanks();
            }));
  }

  Fixture prompt() {
    var context = Question.elicitation("What context should the prompt use?", "context", "string");
    return Fixture.prompt(
        PREFIX + "prompt",
        asked ->
            answered(asked, Map.of("user_context", context))
                .orElseGet(
                    () ->
                        Fixture.messages(
                            Wire.TextContent.of("In this context: " + answers(asked)))));
  }

  private static Fixture tool(String name, Map<String, Question> questions) {
    return Fixture.tool(
        PREFIX + name,
        asked ->
            answered(asked, questions)
                .orElseGet(() -> Fixture.content(Wire.TextContent.of("Got " + answers(asked)))));
  }

  /** One that hands its state to the client, and takes it back only as it was. */
  private Fixture stateful(String name, Map<String, Question> questions) {
    return Fixture.tool(
        PREFIX + name,
        asked -> {
          if (states.of(asked).filter(name::equals).isEmpty()
              || !missing(asked, questions).isEmpty()) {
            return ask(asked, questions, Optional.of(states.sign(name)));
          }
          return Fixture.content(Wire.TextContent.of("state-ok"));
        });
  }

  private Work twoRounds(Asked asked) {
    var state = states.of(asked).orElse("");
    if (state.equals("second")) {
      return missing(asked, SECOND).isEmpty()
          ? thanks()
          : ask(asked, SECOND, Optional.of(states.sign("second")));
    }
    return state.equals("first") && missing(asked, FIRST).isEmpty()
        ? ask(asked, SECOND, Optional.of(states.sign("second")))
        : ask(asked, FIRST, Optional.of(states.sign("first")));
  }

  /** Asks only what this client says it can answer. */
  private static Work whatTheClientCan(Asked asked) {
    var all = Map.of("user_name", NAME, "greeting", Question.sampling("Generate a greeting", 50));
    var possible =
        all.entrySet().stream()
            .filter(entry -> declared(asked).contains(entry.getValue().capability()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return answered(asked, possible).orElseGet(InputFixtures::thanks);
  }

  /** Nothing where all is answered, else what asks for it, all of it again. */
  private static Optional<Work> answered(Asked asked, Map<String, Question> questions) {
    return missing(asked, questions).isEmpty()
        ? Optional.empty()
        : Optional.of(ask(asked, questions, Optional.empty()));
  }

  private static Set<String> missing(Asked asked, Map<String, Question> questions) {
    var answers = answers(asked);
    return questions.keySet().stream()
        .filter(key -> Json.asObject(answers.get(key)).isEmpty())
        .collect(Collectors.toSet());
  }

  private static Map<String, Object> answers(Asked asked) {
    return Json.asObject(asked.params().get("inputResponses")).orElse(Map.of());
  }

  private static Work ask(Asked asked, Map<String, Question> questions, Optional<String> state) {
    requireCapabilities(
        asked, questions.values().stream().map(Question::capability).collect(Collectors.toSet()));
    var requests = new LinkedHashMap<String, Object>();
    questions.forEach((key, question) -> requests.put(key, question.wire()));
    var result = new LinkedHashMap<String, Object>();
    result.put("resultType", "input_required");
    result.put("inputRequests", requests);
    state.ifPresent(text -> result.put("requestState", text));
    return new Work.Done(result);
  }

  private static void requireCapabilities(Asked asked, Set<String> needed) {
    var missing =
        needed.stream()
            .filter(capability -> !declared(asked).contains(capability))
            .collect(Collectors.toMap(capability -> capability, _ -> Map.of()));
    if (!missing.isEmpty()) {
      throw new RpcException(
          new RpcError(
              RpcError.MISSING_CLIENT_CAPABILITY,
              "The client must be capable of %s.".formatted(missing.keySet()),
              Optional.of(Map.of("requiredCapabilities", missing))));
    }
  }

  private static Set<String> declared(Asked asked) {
    return Json.asObject(asked.meta().get(Meta.CLIENT_CAPABILITIES)).orElse(Map.of()).keySet();
  }

  private static Work thanks() {
    return Fixture.content(Wire.TextContent.of("Thank you."));
  }
}
