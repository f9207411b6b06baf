package stage.runtime.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import stage.api.FailedAnswer;
import stage.api.LastCrash;
import stage.api.RunSnapshot;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.StageEvent;
import stage.api.observe.SupervisorSnapshot;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.runtime.observe.page.TreePart;
import stage.runtime.observe.page.TreeText;

/**
 * A tree as JSON: the one form in which pages, dumps and other tools get it.
 *
 * <p>The order of the keys is fixed. Counters beyond 2<sup>53</sup> are strings. No event, no message of an exception
 * and no stack is ever in it. {@code v} grows when a key goes or changes its meaning; keys that are added do not change
 * it.
 */
public final class TreeJson {
  /** The version of the format. */
  public static final int VERSION = 1;

  private TreeJson() {}

  /**
   * {@return a tree, what has changed in it, and the notes on it}
   *
   * @param tree the numbers
   * @param rates what has changed since an earlier snapshot; {@link TreeRates#NONE} if there is none
   * @param explanation what was found; empty if nobody has looked
   * @param events what has happened since the last text, oldest first
   */
  public static String of(TreeSnapshot tree, TreeRates rates, Optional<Explanation> explanation,
      List<StageEvent> events) {
    return text(tree, rates, explanation, events).whole();
  }

  /**
   * {@return the same text, and the parts it consists of}
   *
   * @param tree the numbers
   * @param rates what has changed since an earlier snapshot; {@link TreeRates#NONE} if there is none
   * @param explanation what was found; empty if nobody has looked
   * @param events what has happened since the last text, oldest first
   */
  public static TreeText text(TreeSnapshot tree, TreeRates rates, Optional<Explanation> explanation,
      List<StageEvent> events) {
    var json = new Json();
    int begin = json.open('{').length();
    json.put("v", VERSION).put("at", tree.at().toString()).put("nanos", tree.nanos()).put("scope", tree.scope());
    String head = json.since(begin);

    List<TreePart> stages = new ArrayList<>();
    json.key("stages").open('[');
    for (StageSnapshot stage : tree.stages()) {
      int from = json.next().length();
      put(json, stage, rates.of(stage), tree.at());
      stages.add(json.part(stage.id(), from));
    }
    List<TreePart> edges = new ArrayList<>();
    json.close(']').key("edges").open('[');
    for (SubscriptionSnapshot edge : tree.subscriptions()) {
      int from = json.next().length();
      put(json, edge, rates.of(edge));
      edges.add(json.part(edge.id(), from));
    }

    int findingsBegin = json.close(']').key("findings").length();
    json.open('[');
    explanation.ifPresent(found -> found.findings().forEach(finding -> put(json.next(), finding)));
    String findings = json.close(']').since(findingsBegin);
    int supervisorsBegin = json.key("supervisors").length();
    json.open('[');
    for (SupervisorSnapshot supervisor : tree.supervisors()) put(json.next(), supervisor);
    String supervisors = json.close(']').since(supervisorsBegin);

    json.key("events").open('[');
    for (StageEvent event : events) put(json.next(), event);
    String whole = json.close(']').close('}').toString();
    return new TreeText(tree.nanos(), head, stages, edges, findings, supervisors, whole);
  }

  /**
   * {@return one event, as it is in the {@code events} of {@link #of(TreeSnapshot, TreeRates, Optional, List)}}
   *
   * @param event what happened
   */
  public static String of(StageEvent event) {
    var json = new Json();
    put(json, event);
    return json.toString();
  }

  private static void put(Json json, StageSnapshot stage, TreeRates.StageRates rates, Instant at) {
    StageActivity activity = stage.activity();
    json.open('{').put("id", stage.id()).put("path", stage.path())
        .put("kind", word(stage.kind())).put("status", word(stage.status()))
        .putAge("sinceMs", activity.inStatus().toMillis()).put("incarnation", stage.incarnation())
        .put("restarts", activity.restarts()).put("busy", rates.busy());
    json.key("waits").open('{');
    for (WaitReason reason : WaitReason.values()) {
      double share = rates.waits().getOrDefault(reason, 0.0);
      if (share > 0) json.put(word(reason), share);
    }
    json.close('}').put("rateIn", rates.in()).put("rateOut", rates.out()).put("mailbox", stage.mailbox())
        .put("backlog", stage.backlog());
    json.key("turnMs").open('{').putAge("now", millis(activity.inCallback())).put("max", millis(activity.longestTurn()))
        .close('}');
    json.put("callback", activity.callback());
    json.put("waitsFor", activity.waitsFor().map(TreeJson::word).orElse(""))
        .putAge("waitingMs", activity.waiting().toMillis());
    json.put("emitted", stage.eventsEmitted()).put("dropped", stage.eventsDropped())
        .put("skipped", stage.eventsSkipped()).put("deadLettered", stage.eventsDeadLettered());
    if (stage.run().isEmpty()) json.putNull("run");
    else put(json.key("run"), stage.run().get(), at);
    if (activity.lastCrash().isEmpty()) json.putNull("lastCrash");
    else put(json.key("lastCrash"), activity.lastCrash().get());
    json.close('}');
  }

  /** How far the watermark is behind the clock, rather than what it says: a page need not know the time. */
  private static void put(Json json, RunSnapshot run, Instant at) {
    json.open('{').put("steps", run.steps()).put("windows", run.openWindows());
    if (run.watermark().isEmpty()) json.putNull("lagMs");
    else json.putAge("lagMs", lagMillis(run.watermark().get(), at));
    json.put("filtered", run.filtered()).put("late", run.late()).put("retried", run.retried())
        .put("open", run.openDeliveries()).put("mostOpen", run.mostDeliveries())
        .put("heldBackBy", run.heldBackBy().orElse(""));
    if (run.failedAnswer().isEmpty()) json.putNull("failedAnswer");
    else put(json.key("failedAnswer"), run.failedAnswer().get());
    json.close('}');
  }

  private static void put(Json json, FailedAnswer answer) {
    json.open('{').put("function", answer.function()).put("cause", answer.cause()).put("times", answer.times())
        .put("deliveries", answer.deliveries()).putAge("lastingMs", answer.lasting().toMillis()).close('}');
  }

  private static long lagMillis(Instant watermark, Instant at) {
    return at.toEpochMilli() - watermark.toEpochMilli();   // both are of this millennium, or nearly
  }

  private static void put(Json json, LastCrash crash) {
    json.open('{').put("cause", crash.cause()).put("during", crash.during()).put("incarnation", crash.incarnation())
        .putAge("agoMs", crash.ago().toMillis()).close('}');
  }

  private static void put(Json json, SubscriptionSnapshot edge, double rate) {
    json.open('{').put("id", edge.id()).put("from", edge.producer()).put("to", edge.consumer())
        .put("open", edge.isOpen()).put("rate", rate)
        .put("max", edge.demand().max()).put("min", edge.demand().min()).put("outstanding", edge.outstanding())
        .put("inFlight", edge.inFlight()).putAge("ageMs", edge.age().toMillis()).put("handled", edge.handled())
        .put("deadLettered", edge.deadLettered()).put("dropped", edge.dropped()).put("returned", edge.returned())
        .put("requested", edge.requested()).put("sent", edge.sent())
        .put("partition", edge.share().partition().orElse("")).close('}');
  }

  private static void put(Json json, Finding finding) {
    json.open('{');
    switch (finding) {
      case Finding.Deadlock deadlock -> put(json, "deadlock", deadlock.cycle().getFirst().stage(),
          deadlock.cycle().stream().map(Finding.Deadlock.Step::stage).toList(), finding, "");
      case Finding.RootCause cause -> put(json, "root-cause", cause.culprit(),
          cause.victims().stream().map(Finding.Victim::stage).toList(), finding, word(cause.kind()));
      case Finding.Bottleneck bottleneck -> put(json, "bottleneck", bottleneck.stage(), List.of(), finding, "");
      case Finding.Skew skew -> put(json, "skew", skew.member(), List.of(), finding, "");
      case Finding.Closing closing -> put(json, "closing", "", closing.stages(), finding, "");
      case Finding.Healthy healthy -> put(json, "healthy", "", List.of(), finding, "");
    }
    json.close('}');
  }

  private static void put(Json json, String kind, String culprit, List<String> victims, Finding finding, String cause) {
    json.put("kind", kind).put("culprit", culprit).key("victims").open('[');
    for (String victim : victims) json.next().quoted(victim);
    json.close(']').put("sentence", finding.sentence()).put("cause", cause);
  }

  private static void put(Json json, SupervisorSnapshot supervisor) {
    json.open('{').put("path", supervisor.path()).put("strategy", supervisor.strategy()).put("restarting",
        supervisor.isRestarting())
        .put("children", supervisor.children()).put("crashes", supervisor.crashes()).put("restarts",
            supervisor.restarts())
        .put("escalations", supervisor.escalations()).close('}');
  }

  private static void put(Json json, StageEvent event) {
    json.open('{').put("type", event.getClass().getSimpleName()).put("path", event.path());
    switch (event) {
      case StageEvent.Started started -> {}
      case StageEvent.Crashed(var path, var incarnation, var cause, var during) ->
          json.put("incarnation", incarnation).put("cause", cause.getClass().getName()).put("during", during);
      case StageEvent.Restarted(var path, var incarnation) -> json.put("incarnation", incarnation);
      case StageEvent.GaveUp(var path, var child, var cause) -> json.put("child", child).put("cause", cause.getClass()
          .getName());
      case StageEvent.DeadLettered(var letter) ->
          json.put("incarnation", letter.incarnation()).put("cause", letter.cause().getClass().getName())
              .put("attempts", letter.attempts());
      case StageEvent.Dropped(var path, var events, var why) -> json.put("events", events).put("why", why);
      case StageEvent.Abandoned(var path, var incarnation, var thread) -> json.put("incarnation", incarnation)
          .put("thread", thread);
      case StageEvent.Stalled(var path, var incarnation, var time, var stack) ->
          json.put("incarnation", incarnation).put("ms", time.toMillis());
      case StageEvent.Ended(var path, var reason) -> json.put("reason", reason.getClass().getSimpleName())
          .put("failure", reason.isFailure());
    }
    json.close('}');
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
