package stage.runtime.observe.page;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What those know who were sent a whole tree and all changes since. One thread at a time. */
final class SentTree {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Known stages = new Known("stageIds", "stages");
  private final Known edges = new Known("edgeIds", "edges");
  private String findings;
  private String supervisors;

  /** Begins with a tree that is sent as a whole. */
  SentTree(TreeText first) {
    this.findings = first.findings();
    this.supervisors = first.supervisors();
    change(first);
  }

  /** {@return what is different in a later tree, as JSON; from now on it is known} */
  String change(TreeText next) {
    var text = new StringBuilder("{").append(next.head());
    stages.change(next.stages(), next.nanos(), text);
    edges.change(next.edges(), next.nanos(), text);
    if (!next.findings().equals(findings)) text.append(",\"findings\":").append(next.findings());
    if (!next.supervisors().equals(supervisors)) text.append(",\"supervisors\":").append(next.supervisors());
    findings = next.findings();
    supervisors = next.supervisors();
    return text.append('}').toString();
  }

  /**
   * A part as it was sent last. Later ones are compared with this one, not with the one before: so small deviations of
   * its ages do not add up.
   */
  private record Sent(TreePart part, long nanos) {}

  /** The stages, or the subscriptions. */
  private static final class Known {
    private final String idsKey;
    private final String partsKey;
    private List<Long> ids = List.of();
    private Map<Long, Sent> sent = Map.of();

    Known(String idsKey, String partsKey) {
      this.idsKey = idsKey;
      this.partsKey = partsKey;
    }

    void change(List<TreePart> parts, long nanos, StringBuilder text) {
      Map<Long, Sent> known = HashMap.newHashMap(parts.size());
      List<String> changed = new ArrayList<>();
      for (TreePart part : parts) {
        Sent former = sent.get(part.id());
        boolean isKnown = former != null && part.isAsBefore(former.part(), (nanos - former.nanos()) / NANOS_PER_MILLI);
        known.put(part.id(), isKnown ? former : new Sent(part, nanos));
        if (!isKnown) changed.add(part.text());
      }
      sent = known;
      List<Long> present = parts.stream().map(TreePart::id).toList();
      if (!present.equals(ids)) text.append(",\"").append(idsKey).append("\":").append(array(present));
      ids = present;
      text.append(",\"").append(partsKey).append("\":[").append(String.join(",", changed)).append(']');
    }

    private static String array(List<Long> ids) {
      return ids.toString().replace(" ", "");
    }
  }
}
