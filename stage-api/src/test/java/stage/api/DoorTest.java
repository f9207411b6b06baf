package stage.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.SupervisorSpec;

/** What users type first, as far as it needs no engine. */
class DoorTest {
  /** Compiles because the contracts inherit no member types. */
  private static final class Passing implements Stage.Consumer<String> {
    private final Consumer<String> target;

    Passing(Consumer<String> target) {
      this.target = target;
    }

    @Override
    public void onEvents(List<String> events, Inlet<String> from) {
      events.forEach(target);
    }
  }

  @Test
  void aStageMayHaveAConsumerOfTheJdk() throws Exception {
    List<String> got = new java.util.ArrayList<>();
    new Passing(got::add).onEvents(List.of("a"), null);
    assertThat(got).containsExactly("a");
  }

  @Nested
  class DemandOfASpec {
    @Test
    void needsASubscription() {
      var spec = Stage.consumer("printer", () -> new Passing(text -> {}));
      assertThatThrownBy(() -> spec.withDemand(Demand.max(2))).isInstanceOf(IllegalStateException.class)
          .hasMessage("withDemand says how much a stage asks its one producer for, but stage printer names no producer"
              + " yet; name it before, or use subscribeTo(producer, demand). In a pipeline, withDemand of the job says"
              + " it for all of its stages");
    }

    @Test
    void readsAsItIsSaid() {
      assertThat(Demand.max(200).min(100)).isEqualTo(new Demand(200, 100, false));
      assertThat(Demand.DEFAULT).isEqualTo(new Demand(1000, 500, false));
    }
  }

  @Nested
  class Values {
    @Test
    void haveTheirDefaultAsAConstant() {
      var spec = SupervisorSpec.of("app");
      assertThat(spec.intensity()).isSameAs(Intensity.DEFAULT).isEqualTo(new Intensity(3, Duration.ofSeconds(5)));
      assertThat(spec.backoff()).isSameAs(Backoff.DEFAULT);
      var producer = Stage.source("source", String.class);
      assertThat(producer.overflow()).isSameAs(Overflow.DEFAULT);
      assertThat(producer.opening()).isSameAs(Opening.DEFAULT);
    }

    @Test
    void intensityHasAPeriodInEitherForm() {
      assertThat(Intensity.of(10, Duration.ofMinutes(1))).isEqualTo(Intensity.of(10).in(Duration.ofMinutes(1)));
    }

    @Test
    void partitionsTakeTheirBacklog() {
      Dispatcher<String> byName = Dispatcher.partition(List.of("a", "b"), text -> text.isEmpty() ? "a" : "b", 10);
      Dispatcher<String> byKey = Dispatcher.partition(2, String::length, 7);
      assertThat(((Dispatcher.Partition<String>) byName).backlog()).isEqualTo(10);
      assertThat(((Dispatcher.Partition<String>) byKey).backlog()).isEqualTo(7);
    }
  }

  @Nested
  class AnOpening {
    @Test
    void addsUp() {
      assertThat(Stage.source("source", String.class).awaitingConsumers(2).startPaused().opening())
          .isEqualTo(new Opening(2, true));
      assertThat(Stage.source("source", String.class).startPaused().awaitingConsumers(2).opening())
          .isEqualTo(new Opening(2, true));
    }

    @Test
    void awaitsNoNegativeNumber() {
      assertThatThrownBy(() -> new Opening(-1, false)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the number of consumers to await must not be negative, but was -1");
    }
  }

  @Nested
  class ATypeOfEvents {
    @Test
    void mustNotBeNull() {
      assertThatThrownBy(() -> Stage.source("source", null)).isInstanceOf(NullPointerException.class)
          .hasMessage("type must not be null; pass the class of the events, such as String.class");
    }
  }
}
