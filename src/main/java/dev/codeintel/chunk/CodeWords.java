package dev.codeintel.chunk;

import java.util.Set;

/** Words that tell what a line is, in whatever language they are words. */
final class CodeWords {

  /** First words of a line that goes on with the statement above. */
  static final Set<String> CONTINUATIONS =
      Set.of(
          "catch",
          "elif",
          "else",
          "elseif",
          "elsif",
          "ensure",
          "except",
          "finally",
          "otherwise",
          "rescue");

  /** First words of a line that ends what stands above. */
  static final Set<String> CLOSERS =
      Set.of("end", "endif", "endfunction", "endforeach", "endmacro", "esac", "fi", "done");

  /** First words, or words behind modifiers, of what holds definitions. */
  static final Set<String> CONTAINERS =
      Set.of(
          "class",
          "enum",
          "extension",
          "impl",
          "interface",
          "namespace",
          "object",
          "protocol",
          "record",
          "struct",
          "trait");

  /** First words of what has a body and yet defines nothing. */
  static final Set<String> STATEMENTS =
      Set.of(
          "begin",
          "case",
          "do",
          "for",
          "foreach",
          "if",
          "loop",
          "match",
          "return",
          "select",
          "switch",
          "synchronized",
          "try",
          "unless",
          "until",
          "using",
          "when",
          "while",
          "with");

  static final Set<String> IMPORTS =
      Set.of("import", "from", "use", "using", "require", "include", "package", "#include");

  static final Set<String> ACCESS = Set.of("public", "private", "protected");

  private CodeWords() {}
}
