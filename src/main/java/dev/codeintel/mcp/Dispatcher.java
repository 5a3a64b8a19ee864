package dev.codeintel.mcp;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import dev.codeintel.tool.Toolbox;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers requests, whoever asks and however they came. Safe for use by any thread. */
public final class Dispatcher {

  private static final String RESULT_TYPE = "resultType";

  private final Methods methods;
  private final Duration queryTimeout;
  private final AnswerMemory memory;

  /**
   * @param queryTimeout how long one request may take, waiting included
   */
  public Dispatcher(Toolbox toolbox, Duration queryTimeout) {
    this(Methods.of(toolbox), queryTimeout);
  }

  Dispatcher(Methods methods, Duration queryTimeout) {
    this(methods, queryTimeout, AnswerMemory.ofHeap());
  }

  Dispatcher(Methods methods, Duration queryTimeout, AnswerMemory memory) {
    this.methods = methods;
    this.queryTimeout = queryTimeout;
    this.memory = memory;
  }

  /** Begins the conversation with one client over a connection of its own. */
  public Session open() {
    return new Session(this);
  }

  /** What answers all clients over HTTP. */
  public HttpEndpoint http() {
    return new HttpEndpoint(this);
  }

  /** The version in the jar's manifest. */
  public static String version() {
    return Greeting.version();
  }

  /**
   * Begins to answer a request; never takes long.
   *
   * @param onEnd see {@link Running}
   * @throws RpcException where the request is not in order
   */
  Reply reply(Object id, Asked asked, Consumer<Reply> onEnd) {
    var method =
        methods
            .find(asked)
            .orElseThrow(() -> new RpcException(RpcError.methodNotFound(asked.method())));
    Work work;
    try {
      work = method.prepare(asked);
    } catch (RpcException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new RpcException(internal(asked, e));
    }
    return switch (work) {
      case Work.Done(var result) -> new Reply.Now(result(id, asked, result));
      case Work.Job job ->
          new Running(
              this,
              id,
              asked,
              job,
              CancelToken.withDeadline(queryTimeout),
              memory.forAnswer(),
              onEnd);
      case Work.Wait _ -> waiting(id, asked);
    };
  }

  /**
   * Begins to answer a batch.
   *
   * @param receive begins to answer one of its messages
   */
  Reply batch(List<Message> messages, Function<Message, Reply> receive) {
    return Batch.of(messages, receive, memory.forBatch());
  }

  /**
   * More is asked than is taken at a time.
   *
   * @param much what is the most
   */
  Reply busy(Object id, Asked asked, String much) {
    var why =
        "%s are running or waiting, and no more are taken. Wait for answers, then ask again."
            .formatted(much);
    return new Reply.Now(
        asked.method().equals(Methods.CALL_TOOL)
            ? result(id, asked, ToolMethods.busy(why))
            : Codec.error(Optional.of(id), RpcError.of(RpcError.INTERNAL_ERROR, why)));
  }

  /** The message that answers a request; throws nothing. */
  byte[] answer(Object id, Asked asked, Supplier<Object> job) {
    try {
      return result(id, asked, job.get());
    } catch (RpcException e) {
      return Codec.error(Optional.of(id), e.error());
    } catch (CodeintelException e) {
      return Codec.error(
          Optional.of(id),
          RpcError.of(RpcError.INTERNAL_ERROR, e.code().text() + ": " + e.getMessage()));
    } catch (RuntimeException | Error e) { // also what native code and deep recursion throw
      return Codec.error(Optional.of(id), internal(asked, e));
    }
  }

  private static RpcError internal(Asked asked, Throwable e) {
    Log.error("Request failed", e, "method", asked.method());
    return RpcError.internal();
  }

  private static byte[] result(Object id, Asked asked, Object result) {
    if (!asked.revision().isStateless()) {
      return Codec.result(id, result);
    }
    var more = new LinkedHashMap<String, Object>();
    if (!(result instanceof Map<?, ?> map && map.containsKey(RESULT_TYPE))) {
      more.put(RESULT_TYPE, "complete");
      Caching.of(asked.method())
          .ifPresent(
              caching -> {
                more.put("ttlMs", caching.ttlMs());
                more.put("cacheScope", caching.cacheScope());
              });
    }
    more.put(Meta.KEY, Map.of(Meta.SERVER_INFO, Greeting.SERVER));
    return Codec.result(id, new Json.Extended(result, more));
  }

  private static Reply waiting(Object id, Asked asked) {
    var named = Map.of(Meta.SUBSCRIPTION_ID, id);
    var end = new LinkedHashMap<String, Object>();
    end.put(RESULT_TYPE, "complete");
    end.put(Meta.KEY, Map.of(Meta.SUBSCRIPTION_ID, id, Meta.SERVER_INFO, Greeting.SERVER));
    return new Reply.Open(
        Codec.notification(
            "notifications/subscriptions/acknowledged",
            Map.of("notifications", Map.of(), Meta.KEY, named)),
        Codec.result(id, end));
  }
}
