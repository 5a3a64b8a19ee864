package dev.codeintel.repo;

import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The languages that codeintel names, and how a file's name tells which one it is. */
public final class Languages {

  /** Language, then extensions, then whole file names after a bar; all in lower case. */
  private static final String[] TABLE = {
    "ada: adb ads",
    "asciidoc: adoc asciidoc",
    "assembly: asm s",
    "bash: sh bash zsh ksh bats | .bashrc .bash_profile .profile .zshrc",
    "bazel: bzl bazel star | build workspace",
    "c: c h",
    "clojure: clj cljs cljc edn",
    "cmake: cmake | cmakelists.txt",
    "cpp: cc cpp cxx c++ hh hpp hxx h++ ipp tpp inl",
    "csharp: cs csx",
    "css: css",
    "cuda: cu cuh",
    "dart: dart",
    "dockerfile: dockerfile | dockerfile containerfile",
    "elixir: ex exs",
    "elm: elm",
    "erlang: erl hrl",
    "fortran: f f90 f95 f03 f08 for",
    "fsharp: fs fsi fsx",
    "glsl: glsl vert frag comp",
    "go: go",
    "gradle: gradle",
    "graphql: graphql gql",
    "groovy: groovy gvy | jenkinsfile",
    "haskell: hs lhs",
    "hcl: tf hcl",
    "html: html htm xhtml",
    "ini: ini cfg conf properties editorconfig | .editorconfig .gitconfig",
    "java: java",
    "javascript: js mjs cjs jsx",
    "json: json jsonc json5 jsonl",
    "julia: jl",
    "kotlin: kt kts",
    "less: less",
    "lua: lua",
    "makefile: mk mak | makefile gnumakefile",
    "markdown: md markdown mdx",
    "nim: nim nims",
    "nix: nix",
    "objectivec: m mm",
    "ocaml: ml mli",
    "pascal: pas dpr",
    "perl: pl pm t",
    "php: php phtml",
    "powershell: ps1 psm1 psd1",
    "protobuf: proto",
    "python: py pyi pyw | sconstruct sconscript",
    "r: r rmd",
    "ruby: rb rake gemspec | rakefile gemfile vagrantfile",
    "rst: rst",
    "rust: rs",
    "scala: scala sc sbt",
    "scss: scss sass",
    "solidity: sol",
    "sql: sql",
    "svelte: svelte",
    "swift: swift",
    "tcl: tcl",
    "text: txt text",
    "thrift: thrift",
    "toml: toml | cargo.lock poetry.lock",
    "typescript: ts tsx mts cts",
    "verilog: v sv svh",
    "vhdl: vhd vhdl",
    "vim: vim | .vimrc",
    "vue: vue",
    "xml: xml xsd xsl xslt pom svg plist",
    "yaml: yaml yml",
    "zig: zig",
  };

  /**
   * What is written for programs to read; a file whose name says nothing is mostly of that kind.
   */
  private static final Set<String> DATA = Set.of("", "ini", "json", "text", "toml", "xml", "yaml");

  private static final SortedSet<String> IDS;
  private static final Map<String, String> BY_EXTENSION = new HashMap<>();
  private static final Map<String, String> BY_NAME = new HashMap<>();

  static {
    var ids = new TreeSet<String>();
    for (var row : TABLE) {
      var id = row.substring(0, row.indexOf(':'));
      var parts = row.substring(row.indexOf(':') + 1).split("\\|");
      ids.add(id);
      enter(parts[0], id, BY_EXTENSION);
      if (parts.length > 1) {
        enter(parts[1], id, BY_NAME);
      }
    }
    IDS = Collections.unmodifiableSortedSet(ids);
  }

  private Languages() {}

  private static void enter(String words, String id, Map<String, String> map) {
    for (var word : words.strip().split(" ")) {
      if (map.put(word, id) != null) {
        throw new IllegalStateException(word + " stands for two languages");
      }
    }
  }

  /** Every language id, the same in all tools. */
  public static SortedSet<String> ids() {
    return IDS;
  }

  /** Whether a language, or none, is that of data and settings rather than of code or prose. */
  public static boolean isData(String language) {
    return DATA.contains(language);
  }

  /**
   * @param path a file's path or name
   * @return one of {@link #ids()}, or empty where the name says nothing
   */
  public static String of(String path) {
    var name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    var byName = BY_NAME.get(name);
    if (byName != null) {
      return byName;
    }
    var dot = name.lastIndexOf('.');
    if (dot < 0) {
      return name.startsWith("dockerfile") ? "dockerfile" : "";
    }
    var byExtension = BY_EXTENSION.get(name.substring(dot + 1));
    if (byExtension != null) {
      return byExtension;
    }
    return name.startsWith("dockerfile.") ? "dockerfile" : "";
  }
}
