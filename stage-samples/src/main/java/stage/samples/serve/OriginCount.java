package stage.samples.serve;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;

/** Counts flights by their origin, and asks for as many as its pace allows. */
final class OriginCount implements Stage.Consumer<String> {
  private static final Duration BEAT = Duration.ofMillis(10);
  private static final String ORIGIN = "\"origin\":\"";

  private final long perSecond;
  private final LongConsumer handled;
  private final CompletableFuture<Map<String, Long>> result;
  private final Map<String, Long> counts = new HashMap<>();
  private StageContext context;
  private long count;

  /**
   * Counts from nothing.
   *
   * @param perSecond how many flights a second it takes; the largest number for all there are
   * @param handled is told how many it has counted, now and then
   * @param result gets the counts
   */
  OriginCount(long perSecond, LongConsumer handled, CompletableFuture<Map<String, Long>> result) {
    this.perSecond = perSecond;
    this.handled = handled;
    this.result = result;
  }

  @Override
  public void onStart(StageContext context) {
    this.context = context;
  }

  @Override
  public void onSubscribe(Inlet<String> to) {
    if (perSecond == Long.MAX_VALUE) to.request(Long.MAX_VALUE);
    else context.every(BEAT, () -> to.request(Math.max(1, perSecond * BEAT.toMillis() / 1000)));
  }

  @Override
  public void onEvents(List<String> flights, Inlet<String> from) {
    for (String flight : flights) {
      int origin = flight.indexOf(ORIGIN) + ORIGIN.length();
      counts.merge(flight.substring(origin, flight.indexOf('"', origin)), 1L, Long::sum);
    }
    count += flights.size();
    handled.accept(count);
  }

  @Override
  public void onComplete() {
    result.complete(counts);
  }
}
