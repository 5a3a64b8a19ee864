package dev.codeintel.mcp;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a client keeps for a server between two requests, and cannot change. */
final class SignedState {

  private static final String ALGORITHM = "HmacSHA256";
  private static final String SEPARATOR = ".";

  private final SecretKeySpec key;

  SignedState() {
    var bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    key = new SecretKeySpec(bytes, ALGORITHM);
  }

  String sign(String state) {
    return state + SEPARATOR + Base64.getUrlEncoder().withoutPadding().encodeToString(mac(state));
  }

  /**
   * The state that a request brings back, where it brings one.
   *
   * @throws RpcException where it was not signed here
   */
  Optional<String> of(Asked asked) {
    var given = asked.params().get("requestState");
    if (given == null) {
      return Optional.empty();
    }
    var text = given.toString();
    var state = text.substring(0, Math.max(text.indexOf(SEPARATOR), 0));
    if (!MessageDigest.isEqual(bytes(sign(state)), bytes(text))) {
      throw new RpcException(RpcError.invalidParams("requestState is not what this server gave."));
    }
    return Optional.of(state);
  }

  private byte[] mac(String state) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(bytes(state));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
