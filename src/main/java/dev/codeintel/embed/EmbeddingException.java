package dev.codeintel.embed;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;

/** The model or its server cannot be had, or gave what is no embedding. */
public sealed class EmbeddingException extends CodeintelException permits ServerException {

  private static final long serialVersionUID = 1L;

  public EmbeddingException(String message, Throwable cause) {
    super(ErrorCode.EMBEDDING_UNAVAILABLE, message, cause);
  }

  public EmbeddingException(String message) {
    this(message, null);
  }
}
