package stage.runtime.pipeline.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.DeliverySource;
import stage.api.pipeline.PartitionedSource;
import stage.api.pipeline.Partitions;
import stage.api.pipeline.Report;
import stage.api.pipeline.Settling;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CapturedLog;
import stage.runtime.time.RealTime;

/** A source's stage is killed while the source takes an answer and does not return: nobody knows whether it did. */
class AbandonedAnswerTest {
  private static final int DELIVERIES = 3;

  @RegisterExtension final CapturedLog log = new CapturedLog();

  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile boolean mayComplete;   // until then it is the source's stage that answers
  private final Queue<Object> answered = new ConcurrentLinkedQueue<>();
  private final Supervisor scope =
      Supervisor.open(SupervisorSpec.of("test").withGrace(Duration.ofMillis(20)).withMaxAbandoned(1));

  @AfterEach
  void close() {
    goOn.countDown();
    scope.close();
    log.take();
  }

  /** The first time, it does not return, whatever comes. */
  private void answer(Object what) {
    boolean isFirst = entered.getCount() > 0;
    entered.countDown();
    while (isFirst && goOn.getCount() > 0) {
      try {
        goOn.await();
      } catch (InterruptedException late) {
        assertThat(goOn.getCount()).as("nobody else interrupts").isPositive();
      }
    }
    if (!isFirst) answered.add(what);
  }

  private final class OneByOne implements DeliverySource<Integer> {
    private int next;

    @Override
    public void receive(long demand, Outlet<Delivery<Integer>> out) {
      if (next < DELIVERIES) out.emit(new Delivery<>(next, next++));
      else if (mayComplete) out.complete();
    }

    @Override
    public void settle(List<Delivery<Integer>> acked, List<Nacked<Integer>> nacked) {
      answer(acked.stream().map(Delivery::payload).toList());
    }
  }

  private final class InPartitions implements PartitionedSource<String, Integer> {
    private long next;

    @Override
    public void onStart(Partitions<String, Integer> partitions) {
      next = 0;   // nothing was committed
    }

    @Override
    public void receive(long demand, Partitions<String, Integer> out) {
      if (next < DELIVERIES) out.emit("p", next, (int) next++);
      else if (mayComplete) out.complete();
    }

    @Override
    public void commit(Map<String, Long> positions) {
      answer(positions);
    }

    @Override
    public void onFailed(String partition, long position, Integer payload, Throwable cause) {}
  }

  private Report.Deliveries run(Book book) throws Exception {
    StageRef<?> answers = scope.start(Stage.consumer("answers", () -> new AnswersStage(book, () -> false)));
    var source = scope.start(Stage.producer("source", () -> new DeliveryStage(book, Optional::empty)));
    scope.start(Stage.consumer("sink", source, () -> (events, from) -> {
      var done = new Completed();
      for (Object event : events) ((Receipt) event).settle(1, null, done);
      done.send();
    }));
    entered.await();
    source.kill();
    Await.until(() -> !answered.isEmpty(), "it is answered again", source);
    mayComplete = true;
    assertThat(Await.end(answers)).isEqualTo(new StopReason.Stopped());
    return book.report();
  }

  @Test
  void aBatchOfDeliveriesIsAnsweredAgain() throws Exception {
    Report.Deliveries report = run(new QueueBook<>("source", new OneByOne(), Settling.inFlight(10), new RealTime()));
    assertThat(report.open()).isZero();
    List<Object> all = new ArrayList<>();
    answered.forEach(each -> all.addAll((List<?>) each));
    assertThat(all).containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void positionsAreCommittedAgain() throws Exception {
    Report.Deliveries report =
        run(new PartitionBook<>("source", new InPartitions(), Settling.inFlight(10), new RealTime()));
    assertThat(report.open()).isZero();
    assertThat(answered).last().isEqualTo(Map.of("p", 3L));
  }
}
