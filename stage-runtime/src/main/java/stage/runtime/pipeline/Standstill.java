package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import stage.api.RunSnapshot;
import stage.api.StageAction;
import stage.api.StageEndedException;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.pipeline.plan.Framing;
import stage.api.pipeline.plan.Site;
import stage.api.pipeline.plan.Step;
import stage.runtime.pipeline.StagePlan.Kind;
import stage.runtime.pipeline.receipt.Book;
import stage.runtime.pipeline.receipt.Outlook;

/**
 * Finds out that a source of deliveries waits forever: neither it nor another source of its job may hand out anything
 * before something is settled, and all that they have handed out is kept by steps until later elements come.
 *
 * <p>It is found by two looks at the whole job. At both, each stage waits for events, has none and no timer either; and
 * nothing has changed between them, although each was given a turn. Without those turns, a stage that has been told of
 * progress and not been scheduled since would pass for one that has nothing to do. So there was an instant at which
 * nothing was on its way. A job with anything else that could bring something, a source of another kind or a user's own
 * stage, waits for that.
 *
 * <p>One for each source, on the thread of its stage, which begins when all of the job's stages are there.
 */
final class Standstill implements Outlook {
  private final StagePlan source;
  private final Map<StagePlan, StageRef<?>> refs;
  private final Map<StagePlan, Book> books;
  private AtomicInteger turns = new AtomicInteger();   // that were given at the last look, and taken; counted by all
  private List<Look> last = List.of();                 // what that look has found; empty if something moved

  /** What must not change. */
  private record Look(String path, StageSnapshot.Status status, int incarnation, long emitted, long settled,
      List<Object> run) {
    static Look of(StageSnapshot stage) {
      long settled = 0;
      for (SubscriptionSnapshot lane : stage.inputs()) settled += lane.sent() - lane.inFlight();
      return new Look(stage.path(), stage.status(), stage.incarnation(), stage.eventsEmitted(), settled,
          stage.run().map(Look::numbers).orElse(List.of()));
    }

    /** Not what changes as time goes by. */
    private static List<Object> numbers(RunSnapshot run) {
      return List.of(run.progress(), run.watermark(), run.openWindows(), run.filtered(), run.late(), run.retried(),
          run.openDeliveries());
    }
  }

  /**
   * @param source whose stage asks
   * @param refs all of the job's stages, once they have been started
   * @param books of those that have deliveries
   */
  Standstill(StagePlan source, Map<StagePlan, StageRef<?>> refs, Map<StagePlan, Book> books) {
    this.source = source;
    this.refs = refs;
    this.books = books;
  }

  @Override
  public Optional<String> hopeless() {
    List<Look> now = new ArrayList<>();
    int alive = 0;
    for (Map.Entry<StagePlan, StageRef<?>> each : refs.entrySet()) {
      StageSnapshot stage = each.getValue().snapshot();
      if (!isStill(each.getKey(), stage)) {
        last = List.of();
        return Optional.empty();
      }
      if (!isSource(each.getKey()) && stage.status() != StageSnapshot.Status.ENDED) alive++;
      now.add(Look.of(stage));
    }
    if (now.equals(last) && turns.get() == alive) return Optional.of(why());
    last = now;
    giveTurns();
    return Optional.empty();
  }

  private boolean isStill(StagePlan plan, StageSnapshot stage) {
    if (stage.status() == StageSnapshot.Status.ENDED) return true;
    if (stage.status() != StageSnapshot.Status.RUNNING || stage.backlog() > 0) return false;
    if (isSource(plan)) return books.containsKey(plan) && books.get(plan).isStanding();
    if (plan.kind instanceof Kind.Via || stage.activity().threads() > 1 || !stage.awaiting().equals("EVENTS")) {
      return false;
    }
    for (SubscriptionSnapshot lane : stage.inputs()) if (lane.inFlight() > 0) return false;
    return true;
  }

  private static boolean isSource(StagePlan plan) {
    return plan.kind instanceof Kind.Source;
  }

  private void giveTurns() {
    var taken = new AtomicInteger();   // a turn of an earlier look does not count
    turns = taken;
    for (Map.Entry<StagePlan, StageRef<?>> each : refs.entrySet()) {
      if (isSource(each.getKey())) continue;
      try {
        each.getValue().cast((StageAction<Object>) stage -> taken.incrementAndGet());
      } catch (StageEndedException hasMoved) {
        last = List.of();
      } catch (InterruptedException wanted) {
        Thread.currentThread().interrupt();
        last = List.of();
        return;
      }
    }
  }

  /** {@return the step that keeps elements until others come; empty if it keeps none} */
  private static Optional<Site> keeper(Part part) {
    return switch (part) {
      case Part.Reducer(var node, var travelling) -> Optional.of(node.framing().map(Framing::site).orElse(node.site()));
      case Part.FanIn fanIn -> Optional.of(fanIn.site());
      case Part.Plain(Site site, Step.Batch batch) -> Optional.of(site);
      default -> Optional.empty();
    };
  }

  private String why() {
    Set<String> keepers = new TreeSet<>();
    boolean hasReducer = false;
    for (StagePlan stage : refs.keySet()) {
      for (Part part : stage.parts) {
        keeper(part).ifPresent(site -> keepers.add(site.toString()));
        hasReducer |= part instanceof Part.Reducer || part instanceof Part.FanIn;
      }
    }
    String by = keepers.isEmpty() ? "steps on the way" : String.join(" and ", keepers);
    int most = books.get(source).settling().inFlight();
    boolean mayBeAbsorbed = hasReducer && !books.get(source).settling().onAbsorb();
    return source.site + " has handed out " + most + (most == 1 ? " delivery" : " deliveries") + ", as many as may be"
        + " unanswered, and all of them are kept by " + by + " until later ones come; no later ones are asked for, so"
        + " raise Settling.inFlight(n) above the number that comes before a result is final"
        + (mayBeAbsorbed ? ", or use absorbed()" : "");
  }
}
