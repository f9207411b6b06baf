package stage.samples.watch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import stage.api.StageSnapshot;
import stage.api.observe.TreeRates;

/**
 * A stage, or several that differ only by the number at the end of their names.
 *
 * @param label such as {@code parser-0…3}
 * @param stages which
 */
record Group(String label, List<StageSnapshot> stages) {
  /** {@return the stages of one layer, folded, in their order} */
  static List<Group> fold(List<StageSnapshot> stages) {
    Map<String, List<StageSnapshot>> byStem = new LinkedHashMap<>();
    for (StageSnapshot stage : stages) byStem.computeIfAbsent(stem(name(stage)), none -> new ArrayList<>()).add(stage);
    return byStem.values().stream().map(Group::of).toList();
  }

  /**
   * {@return as many groups as there is room for} The last stands for all that there is no room for, but what is meant
   * is always shown.
   *
   * @param groups in their order
   * @param most how many there is room for, at least 2
   * @param meant the path of the stage that must be seen; empty if there is none
   */
  static List<Group> fit(List<Group> groups, int most, String meant) {
    if (groups.size() <= most) return groups;
    List<Group> shown = new ArrayList<>(groups.subList(0, most - 1));
    List<Group> rest = new ArrayList<>(groups.subList(most - 1, groups.size()));
    for (int i = 0; i < rest.size(); i++) {
      if (!rest.get(i).contains(meant)) continue;
      rest.set(i, shown.set(most - 2, rest.get(i)));
    }
    List<StageSnapshot> stages = rest.stream().flatMap(group -> group.stages.stream()).toList();
    shown.add(new Group("… and " + stages.size() + " more", stages));
    return shown;
  }

  private static Group of(List<StageSnapshot> stages) {
    String first = name(stages.getFirst());
    String last = name(stages.getLast());
    return new Group(stages.size() == 1 ? first : first + "…" + last.substring(stem(last).length()), stages);
  }

  static String name(StageSnapshot stage) {
    return stage.path().substring(stage.path().lastIndexOf('/') + 1);
  }

  private static String stem(String name) {
    return name.replaceFirst("(?<=[-.])[0-9]+$", "");
  }

  boolean contains(String path) {
    return stages.stream().anyMatch(stage -> stage.path().equals(path));
  }

  /** {@return how busy its stages are on average, 0 to 1} */
  double busy(TreeRates rates) {
    return stages.stream().mapToDouble(stage -> rates.of(stage).busy()).average().orElse(0);
  }

  /** {@return events in a second that all of them handle, or, for a source, emit} */
  double rate(TreeRates rates) {
    return stages.stream().mapToDouble(stage -> stage.inputs().isEmpty() ? rates.of(stage).out() : rates.of(stage).in())
        .sum();
  }
}
