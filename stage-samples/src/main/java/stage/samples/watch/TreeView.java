package stage.samples.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;

/**
 * Draws a tree for a terminal: its layers from left to right, each stage with how busy it is and its events per second,
 * and below what there is to say. Never more than 80 columns and 23 lines: the cursor stands in the 24th afterwards, or
 * else each picture would push its own first line out of sight.
 *
 * @param isColored whether the culprit is drawn in red too; it is marked with {@code !} in any case
 */
record TreeView(boolean isColored) {
  static final int COLUMNS = 80;
  static final int LINES = 23;

  private static final int NARROWEST = 16;
  private static final int WIDEST = 24;
  private static final int LINES_OF_A_BOX = 3;
  private static final int LINES_OF_WORDS = 5;
  private static final String ARROW = " ─▸ ";
  private static final String RED = "\033[1;31m";
  private static final String PLAIN = "\033[0m";

  /** {@return the lines} */
  List<String> draw(TreeSnapshot tree, TreeRates rates, Explanation explanation) {
    List<String> lines = new ArrayList<>();
    lines.add(cut(tree.scope() + ": " + tree.stages().size() + " stages", COLUMNS));
    List<List<Group>> layers = Layers.of(tree).stream().map(Group::fold).toList();
    String culprit = culprit(explanation);
    int most = LINES - 1 - LINES_OF_WORDS;
    List<List<List<Group>>> bands = bands(layers);
    int boxes = bands.stream().mapToInt(band -> LINES_OF_A_BOX * rows(band)).sum();
    if (bands.size() == 1 || boxes <= most) {
      int widest = bands.stream().mapToInt(List::size).max().orElse(1);
      int width = Math.min(WIDEST, (COLUMNS + (bands.size() == 1 ? ARROW.length() : 0)) / widest - ARROW.length());
      for (int i = 0; i < bands.size(); i++) {
        List<List<Group>> band = bands.get(i).stream()
            .map(layer -> Group.fit(layer, most / LINES_OF_A_BOX, culprit)).toList();
        lines.addAll(boxes(band, i == bands.size() - 1, width, rates, culprit));
      }
    } else {
      lines.addAll(table(layers, most, rates, culprit));
    }
    lines.addAll(words(explanation));
    return lines;
  }

  /** {@return the layers, as many in each band as there is room for side by side, and as evenly as that goes} */
  private static List<List<List<Group>>> bands(List<List<Group>> layers) {
    int most = (COLUMNS + ARROW.length()) / (NARROWEST + ARROW.length());
    int bands = Math.max(1, (layers.size() + most - 1) / most);
    int each = Math.max(1, (layers.size() + bands - 1) / bands);
    List<List<List<Group>>> all = new ArrayList<>();
    for (int i = 0; i < layers.size(); i += each) all.add(layers.subList(i, Math.min(layers.size(), i + each)));
    return all;
  }

  private static int rows(List<List<Group>> layers) {
    return layers.stream().mapToInt(List::size).max().orElse(0);
  }

  private static String culprit(Explanation explanation) {
    return switch (explanation.findings().getFirst()) {
      case Finding.Deadlock deadlock -> deadlock.cycle().getFirst().stage();
      case Finding.RootCause cause -> cause.isStuck() ? cause.culprit() : "";   // else it may be as it is meant to be
      case Finding.Bottleneck bottleneck -> bottleneck.stage();
      case Finding.Skew skew -> skew.member();
      case Finding.Closing closing -> "";
      case Finding.Healthy healthy -> "";
    };
  }

  // ---- boxes, a column for each layer

  private List<String> boxes(List<List<Group>> layers, boolean isLastBand, int width, TreeRates rates,
      String culprit) {
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < rows(layers); row++) {
      var top = new StringBuilder();
      var middle = new StringBuilder();
      var bottom = new StringBuilder();
      for (int layer = 0; layer < layers.size(); layer++) {
        List<Group> groups = layers.get(layer);
        boolean isLast = isLastBand && layer == layers.size() - 1;
        Group group = row < groups.size() ? groups.get(row) : null;
        String gap = isLast ? "" : " ".repeat(ARROW.length());
        if (group == null) {
          top.append(" ".repeat(width)).append(gap);
          middle.append(" ".repeat(width)).append(gap);
          bottom.append(" ".repeat(width)).append(gap);
          continue;
        }
        boolean isMeant = group.contains(culprit);
        String name = cut((isMeant ? "! " : "") + group.label(), width - 5);
        top.append(colored("┌ " + name + " " + "─".repeat(width - 4 - name.length()) + "┐", isMeant)).append(gap);
        boolean leadsOn = group.stages().stream().anyMatch(stage -> !stage.outputs().isEmpty());
        middle.append(colored("│" + pad(load(group, rates), width - 2) + "│", isMeant))
            .append(isLast ? "" : leadsOn ? ARROW : gap);
        bottom.append(colored("└" + "─".repeat(width - 2) + "┘", isMeant)).append(gap);
      }
      for (StringBuilder line : List.of(top, middle, bottom)) lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private static String load(Group group, TreeRates rates) {
    double busy = group.busy(rates);
    int full = (int) Math.round(4 * busy);
    return "█".repeat(full) + "░".repeat(4 - full)
        + String.format(Locale.ROOT, "%3.0f%% %s/s", 100 * busy, number(group.rate(rates)));
  }

  // ---- a line for each group, where there are too many layers

  private List<String> table(List<List<Group>> layers, int most, TreeRates rates, String culprit) {
    List<String> lines = new ArrayList<>();
    for (Group group : Group.fit(layers.stream().flatMap(List::stream).toList(), most, culprit)) {
      boolean isMeant = group.contains(culprit);
      String line = (isMeant ? "! " : "  ") + pad(cut(group.label(), 30), 31) + load(group, rates);
      lines.add(colored(cut(line, COLUMNS), isMeant));
    }
    return lines;
  }

  // ---- what there is to say

  private static List<String> words(Explanation explanation) {
    List<String> lines = new ArrayList<>();
    for (Finding finding : explanation.findings()) {
      var line = new StringBuilder();
      for (String word : finding.sentence().split(" ")) {
        if (line.length() + 1 + word.length() > COLUMNS) {
          lines.add(cut(line.toString(), COLUMNS));
          line.setLength(0);
        }
        line.append(line.isEmpty() ? "" : " ").append(word);
      }
      lines.add(cut(line.toString(), COLUMNS));
    }
    return lines.subList(0, Math.min(lines.size(), LINES_OF_WORDS));
  }

  private String colored(String text, boolean isMeant) {
    return isColored && isMeant ? RED + text + PLAIN : text;
  }

  private static String pad(String text, int width) {
    return cut(text, width) + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, width - 1) + "…";
  }

  /** {@return a number in five characters at most} */
  private static String number(double value) {
    if (value < 10_000) return Long.toString(Math.round(value));
    if (value < 10_000_000) return Math.round(value / 1_000) + "k";
    return Math.round(value / 1_000_000) + "M";
  }
}
