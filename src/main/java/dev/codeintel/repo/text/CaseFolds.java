package dev.codeintel.repo.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Letters that differ in case only: the simple case folding of Unicode, as ripgrep's {@code -i} has
 * it. K has three forms (k, K, and the sign of kelvin), sigma three, the Turkish dotted I and
 * dotless i one each.
 */
final class CaseFolds {

  /** All letters with a case lie below. */
  private static final int END = 0x20000;

  private static final int CAPITAL_I_WITH_DOT = 0x130;
  private static final int SMALL_I_WITHOUT_DOT = 0x131;

  /** Each letter that has other forms, with all its forms. */
  private static final TreeMap<Integer, int[]> FORMS = forms();

  private CaseFolds() {}

  static CodePoints folded(CodePoints set) {
    var bounds = new ArrayList<Integer>();
    var ranges = set.ranges();
    for (var i = 0; i < ranges.length; i += 2) {
      for (var forms : FORMS.subMap(ranges[i], true, ranges[i + 1], true).values()) {
        for (var form : forms) {
          bounds.add(form);
          bounds.add(form);
        }
      }
    }
    return bounds.isEmpty()
        ? set
        : set.or(CodePoints.of(bounds.stream().mapToInt(Integer::intValue).toArray()));
  }

  private static TreeMap<Integer, int[]> forms() {
    Map<Integer, List<Integer>> byFold = new HashMap<>();
    for (var c = 0; c < END; c++) {
      if (c != CAPITAL_I_WITH_DOT && c != SMALL_I_WITHOUT_DOT) {
        var fold = Character.toLowerCase(Character.toUpperCase(c));
        if (fold != c) {
          byFold.computeIfAbsent(fold, key -> new ArrayList<>(List.of(key))).add(c);
        }
      }
    }
    var forms = new TreeMap<Integer, int[]>();
    for (var together : byFold.values()) {
      var all = together.stream().mapToInt(Integer::intValue).toArray();
      for (var c : all) {
        forms.put(c, all);
      }
    }
    return forms;
  }
}
