package dev.codeintel.index;

import dev.codeintel.embed.Embedder;
import dev.codeintel.ops.Log;
import dev.codeintel.store.Generation;
import dev.codeintel.store.StoreException;
import dev.codeintel.store.VectorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Says so when a repository that has vectors of one model is about to be embedded by another, and
 * what that costs: vectors of two models never meet, so all of them are made again.
 */
final class ModelChange {

  /** Chunks whose tokens stand for all. */
  private static final int SAMPLE = 200;

  private ModelChange() {}

  /** Looks, before the first chunk is embedded. */
  static void note(VectorStore store, Embedder embedder, Generation generation) {
    if (generation.embedded() > 0 || store.blocks().nextOrdinal() > 0) {
      return;
    }
    var others = otherStores(store.folder());
    if (others == 0) {
      return;
    }
    Log.warning(
        "Embedding with another model",
        "model",
        embedder.identity(),
        "chunks",
        generation.chunks(),
        "tokens",
        tokens(embedder, generation),
        "kept",
        others == 1 ? "the vectors of one other" : "the vectors of %d others".formatted(others));
  }

  private static int otherStores(Path own) {
    var repository = own.getParent().getParent();
    try (var embedders = Files.list(repository)) {
      return (int)
          embedders
              .map(embedder -> embedder.resolve(own.getFileName()))
              .filter(vectors -> !vectors.equals(own) && holdsFiles(vectors))
              .count();
    } catch (IOException e) {
      throw StoreException.io(repository, e);
    }
  }

  private static boolean holdsFiles(Path folder) {
    try (var files = Files.newDirectoryStream(folder, "*.vec")) {
      return files.iterator().hasNext();
    } catch (IOException e) {
      return false; // an index of words alone has none
    }
  }

  /** About how many all chunks have. */
  private static long tokens(Embedder embedder, Generation generation) {
    var pending = generation.pending();
    var step = Math.max(1, pending.length / SAMPLE);
    var sum = 0L;
    var counted = 0;
    for (var i = 0; i < pending.length; i += step) {
      var chunk = generation.chunk(pending[i]).chunk();
      sum += embedder.tokens().count(embedder.documentText(chunk));
      counted++;
    }
    return counted == 0 ? 0 : sum * pending.length / counted;
  }
}
