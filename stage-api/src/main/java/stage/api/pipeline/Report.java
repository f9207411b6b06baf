package stage.api.pipeline;

import java.util.List;
import java.util.Objects;

/**
 * What happened to the elements of a job. Each run of steps counts its own; these are their sums.
 *
 * @param in elements that came from the sources
 * @param out results that the sinks have handled
 * @param filtered elements that came to nothing in a step: filtered out, or mapped to no results
 * @param deadLettered elements that were given up
 * @param late elements that came after their windows
 * @param lateAfterIdle late elements whose source had fallen silent and counted as idle
 * @param dropped elements left out on purpose: by {@link OnFailure#skip()}, or where a buffer overflowed
 * @param retried how often an element was tried again
 * @param restarts how often a stage was restarted
 * @param runs the same for each run of steps
 * @param deliveries what became of the deliveries of each source that has some
 * @since 0.1
 */
public record Report(
    long in, long out, long filtered, long deadLettered, long late, long lateAfterIdle, long dropped, long retried,
    int restarts, List<Run> runs, List<Deliveries> deliveries) {
  /** Copies the lists, and rejects nulls. */
  public Report {
    runs = List.copyOf(Objects.requireNonNull(runs, "runs must not be null"));
    deliveries = List.copyOf(Objects.requireNonNull(deliveries, "deliveries must not be null"));
  }

  /**
   * What happened to the deliveries of one source.
   *
   * @param source the name of its stage
   * @param open deliveries that are not answered yet; no more are asked for once these are as many as may be in flight
   * @param acked answered deliveries of which everything was handled
   * @param nacked answered deliveries of which something failed, or that were unfinished when the job ended
   * @param refused deliveries that were done too late: another consumer had their partition by then
   */
  public record Deliveries(String source, long open, long acked, long nacked, long refused) {
    /** Rejects null. */
    public Deliveries {
      Objects.requireNonNull(source, "source must not be null");
    }
  }

  /**
   * What happened to the elements of one run of steps: {@code in = handled + filtered + deadLettered + late + dropped}.
   *
   * @param stage the path of its stage
   * @param in elements it was given
   * @param handled elements of which it made results, or that it took in
   * @param filtered elements that came to nothing in a step: filtered out, or mapped to no results
   * @param deadLettered elements that were given up
   * @param late elements that came after their windows
   * @param lateAfterIdle those of them whose source had fallen silent
   * @param dropped elements left out on purpose
   * @param retried how often an element was tried again
   * @param out results
   */
  public record Run(
      String stage, long in, long handled, long filtered, long deadLettered, long late, long lateAfterIdle,
      long dropped, long retried, long out) {
    /** Rejects null. */
    public Run {
      Objects.requireNonNull(stage, "stage must not be null");
    }

    /** {@return whether every element has one fate} */
    public boolean isBalanced() {
      return in == handled + filtered + deadLettered + late + dropped;
    }
  }
}
