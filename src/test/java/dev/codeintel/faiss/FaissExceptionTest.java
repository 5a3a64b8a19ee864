package dev.codeintel.faiss;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FaissExceptionTest {

  /** C++ signatures drowned the one sentence that says what is wrong. */
  @Test
  void theMessageIsTheSentenceAndTheTextIsKept() {
    var text =
        "Error in virtual void faiss::IndexIVF::add_core(idx_t, const float*) at"
            + " ./faiss/IndexIVF.cpp:194: Error: 'is_trained' failed: train it first\nmore\n";
    var exception = new FaissException("faiss_Index_add_with_ids", -2, text);
    assertThat(exception)
        .hasMessage(
            "FAISS refused faiss_Index_add_with_ids: 'is_trained' failed: train it first (status"
                + " -2).");
    assertThat(exception.text()).isEqualTo(text);
    assertThat(exception.status()).isEqualTo(-2);
  }

  @Test
  void otherTextsStayAsTheyAre() {
    assertThat(new FaissException("f", -4, "std::bad_alloc"))
        .hasMessage("FAISS refused f: std::bad_alloc (status -4).");
    assertThat(new FaissException("f", -1, ""))
        .hasMessage("FAISS refused f: it gave no reason (status -1).");
  }
}
