package stage.runtime.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import stage.api.Demand;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Windows;
import stage.api.pipeline.plan.Crossing;
import stage.api.pipeline.plan.Framing;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Origin;
import stage.api.pipeline.plan.PipelineRuntime;
import stage.api.pipeline.plan.Reducing;
import stage.api.pipeline.plan.Step;
import stage.api.pipeline.plan.TablePlan;
import stage.runtime.pipeline.StagePlan.Feed;
import stage.runtime.pipeline.StagePlan.Kind;
import stage.runtime.pipeline.StagePlan.Sharing;

/** Describes the stages of a job: a line for each, or a graph. */
final class Descriptions {
  private final List<StagePlan> stages;
  private final Demand demand;
  private final Map<StagePlan, String> orders = new IdentityHashMap<>();
  private final Map<StagePlan, String> times = new IdentityHashMap<>();

  private Descriptions(List<StagePlan> stages, Demand demand) {
    this.stages = stages;
    this.demand = demand;
    for (StagePlan stage : stages) {
      orders.put(stage, orderOf(stage));
      times.put(stage, timeOf(stage));
    }
  }

  static String of(List<StagePlan> stages, Demand demand, PipelineRuntime.Form form) {
    var descriptions = new Descriptions(stages, demand);
    return switch (form) {
      case TEXT -> descriptions.text();
      case MERMAID -> descriptions.mermaid();
      case DOT -> descriptions.dot();
    };
  }

  // ---- text

  private String text() {
    var text = new StringBuilder();
    for (StagePlan stage : stages) {
      text.append(stage.name).append(": ").append(steps(stage));
      Demand its = stage.demand(demand);
      if (!stage.feeds.isEmpty()) text.append("; from ").append(feeds(stage)).append(", demand ").append(its.max())
          .append('/').append(its.min());
      text.append("; order ").append(orders.get(stage));
      if (!times.get(stage).isEmpty()) text.append("; event time, ").append(times.get(stage));
      String policies = policies(stage);
      if (!policies.isEmpty()) text.append("; on failure ").append(policies);
      text.append('\n');
    }
    for (String note : notes()) text.append("note: ").append(note).append('\n');
    return text.toString();
  }

  /** {@return the steps of a stage in words} */
  static String steps(StagePlan stage) {
    String own = switch (stage.kind) {
      case Kind.Source(Origin origin) -> stage.site.kind() + " (" + stage.site.line() + ")";
      case Kind.Concurrent(var how) -> stage.site.kind() + " (" + stage.site.line() + "), " + how.atOnce() + " at once";
      case Kind.Via via -> "via (" + stage.site.line() + ")";
      case Kind.To to -> "to (" + stage.site.line() + ")";
      case Kind.Run run -> "";
      case Kind.End end -> "";
    };
    var steps = new StringJoiner(" → ");
    if (!own.isEmpty()) steps.add(own);
    for (Part part : stage.parts) steps.add(step(part));
    if (steps.length() == 0) steps.add(stage.site.kind() + " (" + stage.site.line() + ")");
    return stage.worker > 0 ? steps + ", worker " + stage.worker : steps.toString();
  }

  private static String step(Part part) {
    String label = part.site().name().map(name -> part.site().kind() + " \"" + name + "\"").orElse(part.site().kind());
    return switch (part) {
      case Part.Outcomes outcomes -> "results of " + label;
      case Part.FanIn fanIn -> label;
      case Part.Buffering buffering -> label + " of " + buffering.most() + ", " + buffering.overflow();
      case Part.KeyTag tag -> "keys of " + label;
      case Part.KeyRoute route -> label + " to " + route.workers() + " workers";
      case Part.Reducer(var node, var travelling) -> (node.framing().map(framing -> windows(framing) + " ")
          .orElse("")) + label;
      default -> label;
    };
  }

  private static String windows(Framing framing) {
    Windows windows = framing.windows();
    String lateness = windows.lateness().isZero() ? "" : ", lateness " + time(windows.lateness());
    return shape(windows.shape()) + lateness;
  }

  private static String shape(Windows.Shape shape) {
    return switch (shape) {
      case Windows.Shape.Tumbling(var size) -> "tumbling " + time(size);
      case Windows.Shape.Sliding(var size, var every) -> "sliding " + time(size) + " every " + time(every);
      case Windows.Shape.Sessions(var gap) -> "sessions with gaps of " + time(gap);
      case Windows.Shape.Calendar(var unit, var zone) -> "calendar " + unit.toString().toLowerCase(Locale.ROOT)
          + " in " + zone;
      case Windows.Shape.Count(var size) -> "windows of " + size;
      case Windows.Shape.ByClock(var size) -> "by clock " + time(size);
    };
  }

  /** {@return a time as people write it, such as 1m30s} */
  private static String time(Duration time) {
    return time.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private static String feeds(StagePlan stage) {
    var feeds = new StringJoiner(", ");
    for (Feed feed : stage.feeds) feeds.add('"' + feed.from().name + '"');
    return feeds.toString();
  }

  private static String policies(StagePlan stage) {
    var policies = new StringJoiner(", then ");
    boolean isCovered = false;   // whether a policy stands behind the last step
    for (Part part : stage.parts) {
      Step step = part instanceof Part.Plain plain ? plain.step() : null;
      String line = " (" + part.site().line() + ")";
      if (step instanceof Step.Guard(OnFailure how)) policies.add(policy(how) + line);
      if (step instanceof Step.Recover) policies.add("recover" + line);
      if (step instanceof Step.Timeout(var limit)) policies.add("time-out " + limit + line);
      if (!(step instanceof Step.Timeout)) isCovered = step instanceof Step.Guard || step instanceof Step.Recover;
    }
    if (stage.isRun() && !isCovered) policies.add(policy(OnFailure.ofDefault()) + " (the default)");
    return policies.toString();
  }

  private static String policy(OnFailure how) {
    String last = switch (how.last()) {
      case SKIP -> "skip";
      case DEAD_LETTER -> "dead letter";
      case CRASH -> "crash";
    };
    return how.retries() == 0 ? last : "retry " + how.retries() + " times, " + last;
  }

  private String orderOf(StagePlan stage) {
    if (stage.feeds.size() > 1) return "none";
    if (stage.kind instanceof Kind.Concurrent(var how) && how.order() == Crossing.Order.UNORDERED) return "none";
    if (stage.feeds.isEmpty()) return "ordered";
    Feed feed = stage.feeds.getFirst();
    String before = orders.get(feed.from());
    if (feed.from().sharing == Sharing.BY_ROUTE && stage.worker > 0) return before.equals("none") ? "none" : "per key";
    boolean isByKey = stage.kind instanceof Kind.Concurrent(var how) && how.order() == Crossing.Order.BY_KEY;
    return isByKey && before.equals("ordered") ? "per key" : before;
  }

  private String timeOf(StagePlan stage) {
    for (Part part : stage.parts) if (part instanceof Part.Plain(var site, Step.EventTime how)) return site.line();
    if (!stage.isStamped || stage.feeds.isEmpty()) return "";
    return times.get(stage.feeds.getFirst().from());
  }

  /** {@return where the order of arrival or the clock can change a result} */
  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (StagePlan stage : stages) {
      String order = orders.get(stage);
      boolean isUnordered = order.equals("none") || order.equals("per key") && stage.worker == 0;
      if (stage.kind instanceof Kind.Source(Origin.Tick tick)) notes.add(stage.site + " depends on the clock");
      boolean isCovered = true;   // whether a policy stands behind the last step, or there was no step yet
      for (Part part : stage.parts) {
        boolean isPolicy = part instanceof Part.Plain(var site, Step step) && step instanceof Step.Guard;
        if (isPolicy && isCovered) notes.add(part.site() + " covers no step; put it after the steps that it is for,"
            + " before the next boundary");
        isCovered = isPolicy;
        notes(part, isUnordered, notes);
        if (stage.takesCounted() && isHeld() && holdsUntilTimeHasPassed(part)) {
          notes.add(part.site() + " keeps deliveries until time has passed, and the number of unanswered ones is"
              + " limited; raise Settling.inFlight(n) above the number that comes in that time");
        }
      }
    }
    return notes.stream().distinct().toList();
  }

  /** {@return whether deliveries are unanswered while an operator keeps them} */
  private boolean isHeld() {
    return stages.stream().anyMatch(stage -> switch (stage.kind) {
      case Kind.Source(Origin.Deliveries(var source, var how)) -> !how.onAbsorb();
      case Kind.Source(Origin.Partitioned(var source, var how)) -> !how.onAbsorb();
      default -> false;
    });
  }

  private static boolean holdsUntilTimeHasPassed(Part part) {
    return switch (part) {
      case Part.Reducer(var node, var travelling) -> node.framing().isPresent()
          && node.framing().get().windows().needsEventTime();
      case Part.FanIn(Node.Joined joined) -> true;
      default -> false;
    };
  }

  private static void notes(Part part, boolean isUnordered, List<String> notes) {
    String arrival = part.site() + " depends on the order of arrival";
    switch (part) {
      case Part.Plain(var site, Step step) -> {
        boolean dependsOnOrder = switch (step) {
          case Step.Take take -> true;
          case Step.Drop drop -> true;
          case Step.TakeWhile takeWhile -> true;
          case Step.Scan scan -> true;
          case Step.Distinct distinct -> true;
          case Step.Batch batch -> true;
          case Step.EventTime eventTime -> true;
          default -> false;
        };
        if (dependsOnOrder && isUnordered) notes.add(arrival);
        if (step instanceof Step.BatchWeighted || step instanceof Step.Sample) notes.add(site
            + " depends on the clock");
        if (step instanceof Step.EventTime(var how) && how.silence().isPresent()) notes.add(site
            + " depends on the clock, when its source falls silent");
      }
      case Part.Buffering(var site, var most, var overflow) -> notes.add(site
          + " depends on the clock: it drops what is not wanted in time");
      case Part.FanIn(Node.Enriched enriched) when enriched.table().reading() == TablePlan.Reading.LATEST ->
          notes.add(enriched.site() + " depends on what its table has when an element comes");
      case Part.Reducer(var node, var travelling) -> {
        if (node.how() instanceof Reducing.Batch) notes.add(node.site() + " depends on the clock");
        if (node.framing().isEmpty()) return;
        Framing framing = node.framing().get();
        if (framing.windows().shape() instanceof Windows.Shape.ByClock) notes.add(framing.site()
            + " depends on the clock");
        if (framing.windows().shape() instanceof Windows.Shape.Count && isUnordered) notes.add(framing.site()
            + " depends on the order of arrival");
        if (framing.earlyEvery().isPresent()) notes.add(framing.site() + " has early panes that depend on the clock");
      }
      default -> { }
    }
  }

  // ---- graphs. Nodes are numbered by their names, which are unique and need no escape; labels are escaped.

  private String mermaid() {
    var graph = new StringBuilder("flowchart LR\n");
    for (StagePlan stage : stages) {
      graph.append("  ").append(id(stage)).append("[\"").append(html(stage.name)).append("<br/>")
          .append(html(steps(stage))).append("\"]\n");
    }
    for (StagePlan stage : stages) {
      for (Feed feed : stage.feeds) graph.append("  ").append(id(feed.from())).append(" --> ").append(id(stage))
          .append('\n');
    }
    return graph.toString();
  }

  /**
   * {@return a stage's name as an identifier of Mermaid's, which allows neither all of ours nor its own words, such
   * as {@code end}}
   */
  private static String id(StagePlan stage) {
    String name = stage.name;
    boolean isPlain = name.chars().allMatch(c -> c == '_' || Character.isLetterOrDigit(c))
        && !name.equalsIgnoreCase("end") && !name.equals("graph")
        && !name.equals("subgraph") && !name.equals("flowchart") && !name.equals("default") && !name.equals("style")
            && !name.equals("class");
    return isPlain ? name : "\"" + name + "\"";
  }

  private static String html(String text) {
    var escaped = new StringBuilder();
    text.codePoints().forEach(c -> {
      boolean isPlain = c >= ' ' && c != '"' && c != '<' && c != '>' && c != '&' && c != '#' && c != '`' && c != '['
          && c != ']' && c != '|';
      if (isPlain) escaped.appendCodePoint(c);
      else escaped.append('#').append(c).append(';');
    });
    return escaped.toString();
  }

  private String dot() {
    var graph = new StringBuilder("digraph job {\n  rankdir=LR;\n  node [shape=box];\n");
    for (StagePlan stage : stages) {
      graph.append("  ").append(quoted(stage.name)).append(" [label=")
          .append(quoted(stage.name + "\n" + steps(stage))).append("];\n");
    }
    for (StagePlan stage : stages) {
      for (Feed feed : stage.feeds) graph.append("  ").append(quoted(feed.from().name)).append(" -> ")
          .append(quoted(stage.name)).append(";\n");
    }
    return graph.append("}\n").toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\r", "").replace("\n", "\\n") + '"';
  }
}
