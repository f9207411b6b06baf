package stage.runtime.observe.page;

import java.util.List;

/**
 * A tree as JSON, and the parts it consists of.
 *
 * @param nanos when the snapshot was taken, by the scope's own clock
 * @param head the keys in front of the stages
 * @param stages a part for each stage, in their order
 * @param edges a part for each subscription, in their order
 * @param findings what was found, as an array
 * @param supervisors the supervisors, as an array
 * @param whole all of it, and what has happened last
 */
public record TreeText(long nanos, String head, List<TreePart> stages, List<TreePart> edges, String findings,
    String supervisors, String whole) {
  static final TreeText NONE = new TreeText(0, "", List.of(), List.of(), "[]", "[]", "");

  /** Copies the lists. */
  public TreeText {
    stages = List.copyOf(stages);
    edges = List.copyOf(edges);
  }
}
