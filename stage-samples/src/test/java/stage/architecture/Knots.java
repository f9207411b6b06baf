package stage.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The knots of a package: classes that all reach each other. A rule against cycles of packages does not see them, and
 * what is tangled can only be read as a whole. A nested class counts as the one that it is in.
 */
final class Knots {
  private final Map<String, TreeSet<String>> uses;
  private final Map<String, Integer> found = new HashMap<>();   // by class: when it was found
  // the first class that it reaches, of those not in a knot yet
  private final Map<String, Integer> lowest = new HashMap<>();
  private final ArrayDeque<String> open = new ArrayDeque<>();
  private final List<List<String>> knots = new ArrayList<>();

  private Knots(Map<String, TreeSet<String>> uses) {
    this.uses = uses;
    for (String type : uses.keySet()) if (!found.containsKey(type)) visit(type);
  }

  /** {@return all knots of at least so many classes, by package} */
  static Map<String, List<List<String>>> of(JavaClasses classes, int least) {
    Map<String, Map<String, TreeSet<String>>> packages = new TreeMap<>();
    for (JavaClass type : classes) {
      TreeSet<String> used = packages.computeIfAbsent(type.getPackageName(), name -> new TreeMap<>())
          .computeIfAbsent(outermost(type), name -> new TreeSet<>());
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (target.getPackageName().equals(type.getPackageName())) used.add(outermost(target));
      }
    }
    Map<String, List<List<String>>> large = new TreeMap<>();
    packages.forEach((name, uses) -> {
      List<List<String>> knots = new Knots(uses).knots.stream().filter(knot -> knot.size() >= least).toList();
      if (!knots.isEmpty()) large.put(name, knots);
    });
    return large;
  }

  private static String outermost(JavaClass type) {
    return type.getName().substring(type.getName().lastIndexOf('.') + 1).replaceFirst("\\$.*", "");
  }

  /** Tarjan's: what reaches back to the first that was found, and nothing before it, is a knot. */
  private void visit(String type) {
    found.put(type, found.size());
    lowest.put(type, found.get(type));
    open.push(type);
    for (String used : uses.getOrDefault(type, new TreeSet<>())) {
      if (!found.containsKey(used)) {
        visit(used);
        lowest.merge(type, lowest.get(used), Math::min);
      } else if (open.contains(used)) {
        lowest.merge(type, found.get(used), Math::min);
      }
    }
    if (lowest.get(type).equals(found.get(type))) knots.add(popUntil(type));
  }

  private List<String> popUntil(String type) {
    List<String> knot = new ArrayList<>();
    do knot.add(open.pop()); while (!knot.getLast().equals(type));
    return knot.stream().sorted().toList();
  }
}
