package dev.codeintel.embed;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a model wants its texts to look like, as its makers say; known by its name. Without it
 * vectors are worse, with no word said about it.
 *
 * @param documentPrefix put before every document
 * @param queryPrefix put before every query
 * @param uncased whether it has the vocabulary of {@code bert-base-uncased}: identifiers must then
 *     be taken apart, and tokens can be counted exactly
 */
record ModelForm(String documentPrefix, String queryPrefix, boolean uncased) {

  private static final String RETRIEVAL =
      "Represent this sentence for searching relevant passages: ";
  private static final String INSTRUCTION =
      "Instruct: Given a question about a code base, retrieve code that answers it\nQuery:";

  private static final ModelForm PLAIN = new ModelForm("", "", false);

  /** The first that is found in a name counts. */
  private static final List<Known> KNOWN =
      List.of(
          new Known("bge-(small|base|large)-en", new ModelForm("", RETRIEVAL, true)),
          new Known("mxbai-embed-large", new ModelForm("", RETRIEVAL, true)),
          new Known("snowflake-arctic-embed.*v2", new ModelForm("", "query: ", false)),
          new Known("snowflake-arctic-embed", new ModelForm("", RETRIEVAL, true)),
          new Known("multilingual-e5-large-instruct", new ModelForm("", INSTRUCTION + " ", false)),
          new Known("multilingual-e5-", new ModelForm("passage: ", "query: ", false)),
          new Known("\\be5-(small|base|large)", new ModelForm("passage: ", "query: ", true)),
          new Known("all-minilm-l(6|12)", new ModelForm("", "", true)),
          new Known("qwen3-embedding", new ModelForm("", INSTRUCTION, false)),
          new Known(
              "nomic-embed-text-v1", new ModelForm("search_document: ", "search_query: ", true)),
          new Known(
              "nomic-embed-code",
              new ModelForm("", "Represent this query for searching relevant code: ", false)));

  private record Known(Pattern name, ModelForm form) {

    Known(String name, ModelForm form) {
      this(Pattern.compile(name, Pattern.CASE_INSENSITIVE), form);
    }
  }

  /** The form of a model that goes by these names; plain text where it is not known. */
  static ModelForm of(String... names) {
    for (var known : KNOWN) {
      for (var name : names) {
        if (known.name.matcher(name).find()) {
          return known.form;
        }
      }
    }
    return PLAIN;
  }

  /** What the model is given for a document. */
  String document(String text) {
    return documentPrefix + inWords(text);
  }

  /** What the model is given for a query. */
  String query(String text) {
    return queryPrefix + inWords(text);
  }

  private String inWords(String text) {
    return uncased ? Identifiers.split(text) : text;
  }
}
