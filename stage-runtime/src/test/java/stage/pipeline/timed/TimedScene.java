package stage.pipeline.timed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import stage.api.pipeline.Pipeline;

/** Some sources, and what their elements and their silences make of event time. */
final class TimedScene {
  /**
   * An element, when it is there.
   *
   * @param element the element
   * @param source the number of its source
   * @param at when it gets its stamp, in milliseconds
   * @param w how far event time has got for it: its stamp, or, because of idle sources, what all have come to
   */
  record Arrival(TimedElement element, int source, long at, long w) {
    boolean isOnTimeByStamp(long closesAt) {
      return closesAt > element.w();
    }
  }

  private enum What {
    PASSES,
    ENDS,
    IS_IDLE
  }

  private record Event(long at, What what, int source, TimedElement element) {}

  private record Reached(long at, long c) {}

  private final List<TimedSource> sources;
  private final long stopAt;   // in milliseconds; -1 if nobody stops the job
  private final List<Arrival> arrivals = new ArrayList<>();
  private final List<Reached> reached = new ArrayList<>();   // by all sources together, rising
  private final long end;

  private TimedScene(List<TimedSource> sources, long stopAt) {
    this.sources = sources;
    this.stopAt = stopAt;
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) addEvents(i, events);
    events.sort(Comparator.comparingLong(Event::at).thenComparing(Event::what));
    if (isStopped()) events.removeIf(event -> event.at > stopAt);
    play(events);
    this.end = isStopped() ? stopAt : sources.stream().mapToLong(TimedSource::end).max().getAsLong();
  }

  // ---- by chance

  /**
   * {@return sources whose elements come out of order, late, in bursts, after silences}
   *
   * @param random decides
   * @param count how many sources
   * @param mayBeIdle whether some may be idle for a while
   * @param mayBeStopped whether the job may be stopped before they end
   */
  static TimedScene of(Random random, int count, boolean mayBeIdle, boolean mayBeStopped) {
    boolean isTicked = random.nextInt(4) > 0;
    boolean isIdle = mayBeIdle && random.nextInt(2) == 0;
    int size = 10 + random.nextInt(20);
    int keys = 1 + random.nextInt(4);
    List<Draft> drafts = IntStream.range(0, count).mapToObj(i -> new Draft(random, keys)).toList();
    int mostAtOnce = 1 + random.nextInt(3);
    int speaker = 0;
    int id = 0;
    for (int tick = 0; tick < size; tick++) {
      if (random.nextInt(3) == 0) speaker = random.nextInt(count);
      int burst = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(mostAtOnce);
      for (Draft draft : drafts) draft.ticks.add(new ArrayList<>());
      for (int i = 0; i < burst; i++) drafts.get(speaker).speaks(++id);
    }
    List<TimedSource> sources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean isIdleSoon = isIdle && (!isTicked || random.nextInt(4) > 0);
      Draft draft = drafts.get(i);
      if (isIdle) draft.endsLater(1 + i);
      else if (random.nextBoolean()) draft.endsWithItsLast();
      sources.add(new TimedSource(draft.ticks, isTicked, draft.outOfOrder, isIdleSoon));
    }
    boolean isStopped = isTicked && mayBeStopped && random.nextInt(4) == 0;
    long shortest = sources.stream().mapToLong(TimedSource::end).min().getAsLong();
    return new TimedScene(sources, isStopped && shortest > 3_000
        ? random.nextLong(1, shortest / 1_000) * 1_000 + 450 : -1);
  }

  /** {@return some sources, which nobody stops} */
  static TimedScene of(TimedSource... sources) {
    return new TimedScene(List.of(sources), -1);
  }

  /** The elements of one source, before it is known when they come. */
  private static final class Draft {
    private final Random random;
    private final int keys;
    private final int disorder;
    private final int outOfOrder;
    private final int step;
    private final List<List<TimedElement>> ticks = new ArrayList<>();
    private long latest = TimedElement.NEVER;
    private long second;

    Draft(Random random, int keys) {
      this.random = random;
      this.keys = keys;
      this.disorder = random.nextInt(3) == 0 ? 0 : random.nextInt(9);
      this.outOfOrder = random.nextInt(4);
      this.step = 1 + random.nextInt(5);
      this.second = random.nextInt(12);
    }

    void speaks(int id) {
      second += random.nextInt(12) == 0 ? 12 : random.nextInt(step);
      long its = second - (disorder == 0 ? 0 : random.nextInt(disorder + 1));
      ticks.getLast().add(new TimedElement(id, random.nextInt(keys), its,
          latest == TimedElement.NEVER ? latest : latest - outOfOrder));
      latest = Math.max(latest, its);
    }

    /** One after the other, and not with an element: of two things at once either may be first. */
    void endsLater(int more) {
      for (int i = 0; i < more; i++) ticks.add(List.of());
    }

    void endsWithItsLast() {
      while (ticks.size() > 1 && ticks.getLast().isEmpty()) ticks.removeLast();
    }
  }

  // ---- what happens

  private void addEvents(int number, List<Event> events) {
    TimedSource source = sources.get(number);
    List<TimedElement> elements = source.elements();
    List<Long> passes = source.passes();
    for (int i = 0; i < elements.size(); i++) {
      events.add(new Event(passes.get(i), What.PASSES, number, elements.get(i)));
    }
    events.add(new Event(source.end(), What.ENDS, number, null));
    if (source.isIdleSoon() && source.isTicked()) addSilences(number, passes, events);
  }

  /** It is idle a while after each element, and after its start. */
  private void addSilences(int number, List<Long> passes, List<Event> events) {
    for (int i = -1; i < passes.size(); i++) {
      long idleAt = (i < 0 ? 0 : passes.get(i)) + TimedSource.IDLE_AFTER;
      long until = i + 1 < passes.size() ? passes.get(i + 1) : sources.get(number).end();
      if (idleAt < until) events.add(new Event(idleAt, What.IS_IDLE, number, null));
    }
  }

  private void play(List<Event> events) {
    long[] vouched = new long[sources.size()];
    What[] standing = new What[sources.size()];
    java.util.Arrays.fill(vouched, TimedElement.NEVER);
    java.util.Arrays.fill(standing, What.PASSES);
    long c = TimedElement.NEVER;
    for (Event event : events) {
      int source = event.source;
      standing[source] = event.what;
      if (event.what == What.PASSES) {
        TimedElement element = event.element;
        c = Math.max(c, together(vouched, standing));
        arrivals.add(new Arrival(element, source, event.at, Math.max(element.w(), c)));
        vouched[source] = Math.max(vouched[source], element.second() - sources.get(source).outOfOrder());
      }
      c = Math.max(c, together(vouched, standing));
      reached.add(new Reached(event.at, c));
    }
  }

  private static long together(long[] vouched, What[] standing) {
    long least = TimedElement.FOREVER;
    long mostOfIdle = TimedElement.NEVER;
    boolean anyActive = false;
    boolean anyIdle = false;
    for (int i = 0; i < vouched.length; i++) {
      if (standing[i] == What.PASSES) {
        anyActive = true;
        least = Math.min(least, vouched[i]);
      } else if (standing[i] == What.IS_IDLE) {
        anyIdle = true;
        mostOfIdle = Math.max(mostOfIdle, vouched[i]);
      }
    }
    return anyActive ? least : anyIdle ? mostOfIdle : TimedElement.FOREVER;
  }

  // ---- what is known

  boolean isTicked() {
    return sources.getFirst().isTicked();
  }

  boolean isStopped() {
    return stopAt >= 0;
  }

  long stopAt() {
    return stopAt;
  }

  boolean anyIdle() {
    return sources.stream().anyMatch(TimedSource::isIdleSoon);
  }

  /** {@return whether none of the sources is ever idle, although each soon would be if it had nothing to say} */
  boolean isNeverSilent() {
    return anyIdle() && !isTicked();
  }

  /** {@return when the last source has ended, or the job is stopped, in milliseconds} */
  long end() {
    return end;
  }

  List<TimedSource> sources() {
    return sources;
  }

  /** {@return all elements in the order in which they come; by the sources if all come at once} */
  List<Arrival> arrivals() {
    return arrivals;
  }

  /** {@return those of one source} */
  List<Arrival> of(int source) {
    return arrivals.stream().filter(arrival -> arrival.source == source).toList();
  }

  /** {@return when event time has come to this second for all sources together, in milliseconds} */
  long reaches(long second) {
    for (Reached each : reached) if (each.c >= second) return each.at;
    return end;
  }

  /** {@return whether a stop takes away what might have come before this second} */
  boolean isCutBefore(long second) {
    return isStopped() && second > reached.stream().mapToLong(Reached::c).max().orElse(TimedElement.NEVER);
  }

  /** {@return all sources, as one} */
  Pipeline<TimedElement> merged() {
    return merged(sources.stream().map(TimedSource::timed));
  }

  @SuppressWarnings({"unchecked", "rawtypes"})   // an array of pipelines
  private static Pipeline<TimedElement> merged(Stream<Pipeline<TimedElement>> all) {
    Pipeline[] parts = all.toArray(Pipeline[]::new);
    return parts.length == 1 ? parts[0] : Pipeline.merge(parts);
  }

  /** {@return all that is known, for those who look into a failure} */
  String details() {
    return sources + "\n" + reached;
  }

  @Override
  public String toString() {
    return sources.size() + (isTicked() ? " ticked" : "") + (anyIdle() ? ", idle" : "")
        + (isStopped() ? ", stopped at " + stopAt : "");
  }
}
