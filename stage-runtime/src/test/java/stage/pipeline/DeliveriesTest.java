package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Settling;

class DeliveriesTest {
  @Test
  void areAnsweredForOnceEverythingIsHandled() throws Exception {
    var queue = new TestQueue(1_000);
    List<Integer> seen = new ArrayList<>();
    Report report = Pipeline.deliveries(queue, Settling.inFlight(100)).map(n -> n + 1).async()
        .flatMap(n -> List.of(n, n)).forEach(seen::add).run("deliveries");
    assertThat(seen).hasSize(2_000);
    assertThat(queue.acked).hasSize(1_000).containsAll(IntStream.range(0, 1_000).boxed().toList());
    assertThat(queue.nacked).isEmpty();
    assertThat(queue.mostOpen).isLessThanOrEqualTo(100);
    assertThat(queue.stops).isOne();
    assertThat(report.deliveries()).containsExactly(new Report.Deliveries("deliveries", 0, 1_000, 0, 0));
  }

  @Test
  void thatFailAreAnsweredWithTheirCause() throws Exception {
    var queue = new TestQueue(100);
    Pipeline.deliveries(queue, Settling.inFlight(10)).map(n -> {
      if (n % 10 == 3) throw new IllegalArgumentException("three");
      return n;
    }).onFailure(OnFailure.deadLetter()).async().filter(n -> n % 2 == 0).forEach(n -> {}).run("deliveries");
    assertThat(queue.acked).hasSize(90);
    assertThat(queue.nacked).hasSize(10);
    assertThat(queue.nacked.get(13)).isInstanceOf(IllegalArgumentException.class);
  }
}
