package dev.codeintel.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a vector is known by: the first 128 bits of SHA-256 over the embedder's identity and the
 * embedded text. Equal keys mean equal vectors, wherever the text stands.
 */
public record VectorKey(long high, long low) {

  /** Bytes of a key in a block file. */
  static final int BYTES = 16;

  public static VectorKey of(String identity, String text) {
    var digest = sha256();
    digest.update(identity.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    var bytes = ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    return new VectorKey(bytes.getLong(), bytes.getLong());
  }

  /** 32 hexadecimal digits. */
  public String text() {
    return "%016x%016x".formatted(high, low);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
