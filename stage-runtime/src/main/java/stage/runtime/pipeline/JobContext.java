package stage.runtime.pipeline;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import stage.api.Redelivery;
import stage.api.supervision.Backoff;
import stage.runtime.time.Time;

/** What the stages of one running job share. */
final class JobContext {
  /**
   * The result of a job.
   *
   * @param value null where the user's collector has made null
   */
  record Result(Object value) {}

  /** As many as a scope abandons by default. */
  private static final int MOST_ABANDONED = 4;

  private final AtomicInteger abandoned = new AtomicInteger();   // threads of functions that run concurrently
  private final Time time;
  private final Clock clock;

  /**
   * The sink's result. Volatile: written by the sink's thread, once or, after a crash, again with the same;
   * read by the thread that waits for the job.
   */
  private volatile Result result;

  private Consumer<String> completed = stage -> {};
  private Consumer<String> unwanted = stage -> {};
  private Consumer<String> unresponsive = stage -> {};
  private final String sink;   // the stage whose result is the job's
  private final Redelivery redelivery;

  JobContext(Time time, String sink, Redelivery redelivery) {
    this.time = time;
    this.clock = new Clock(time);
    this.sink = sink;
    this.redelivery = redelivery;
  }

  /** What is told of stages that have nothing more to emit. Set before any of them starts. */
  void onCompleted(Consumer<String> told) {
    completed = told;
  }

  /** What is told of stages that want nothing more, but go on. Set before any of them starts. */
  void onUnwanted(Consumer<String> told) {
    unwanted = told;
  }

  /** A stage wants nothing more, but goes on. On its thread, once or, after a thread was replaced, again. */
  void unwanted(String stage) {
    unwanted.accept(stage);
  }

  /** A stage has nothing more to emit. On its thread; more than once. */
  void completed(String stage) {
    completed.accept(stage);
  }

  /** What is told of stages whose steps ignore an interrupt. Set before any of them starts. */
  void onUnresponsive(Consumer<String> told) {
    unresponsive = told;
  }

  /** A stage's thread is lost in a step. Any thread. */
  void giveUp(String stage) {
    unresponsive.accept(stage);
  }

  /** {@return whether one more thread that ignores its interrupt may be left to itself} The timers' thread. */
  boolean mayAbandon() {
    return abandoned.get() < MOST_ABANDONED;
  }

  /** A thread was left to itself. */
  void abandoned() {
    abandoned.incrementAndGet();
  }

  /** A thread that was left to itself has ended. */
  void cameBack() {
    abandoned.decrementAndGet();
  }

  Redelivery redelivery() {
    return redelivery;
  }

  Clock clock() {
    return clock;
  }

  Time time() {
    return time;
  }

  /** {@return how long to wait before an element is tried again} */
  long backoffNanos(Backoff backoff, int attempt) {
    long first = Time.toNanos(backoff.first());
    if (first == 0) return 0;
    long most = Time.toNanos(backoff.most());
    long wait = attempt > 60 || first > most >> attempt - 1 ? most : first << attempt - 1;
    return wait - (long) (wait * backoff.jitter() * time.chance());
  }

  void result(String stage, Object result) {
    if (stage.equals(sink)) this.result = new Result(result);
  }

  /** {@return the result; null if there is none yet} */
  Result result() {
    return result;
  }
}
