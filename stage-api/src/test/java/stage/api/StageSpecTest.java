package stage.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageSpecTest {
  private static ConsumerSpec<Integer, Stage.Consumer<Integer>> consumer(String name) {
    return Stage.consumer(name, () -> (events, from) -> {});
  }

  private static ProducerSpec<Integer, Stage.Producer<Integer>> producer() {
    return Stage.producer("p", () -> (demand, out) -> {});
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "Z", "0", ".", "a-b_c.D9",
      "0123456789012345678901234567890123456789012345678901234567890123"})
  void sec06_acceptsNamesOfOneTo64PlainCharacters(String name) {
    assertThat(StageSpec.ensureName(name)).isEqualTo(name);
    assertThat(consumer(name).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a/b", "..\\x", "<b>", "é", "a:b",
      "01234567890123456789012345678901234567890123456789012345678901234"})
  void sec06_refusesOtherNames(String name) {
    assertThatThrownBy(() -> consumer(name)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("name must be 1 to 64 of A-Z a-z 0-9 . _ -, but was \"");
  }

  @Test
  void sec06_printsNoControlCharactersOfARefusedNameAndNotAllOfALongOne() {
    assertThatThrownBy(() -> StageSpec.ensureName("a\n\u001b[31mb"))
        .hasMessage("name must be 1 to 64 of A-Z a-z 0-9 . _ -, but was \"a??[31mb\"");
    assertThatThrownBy(() -> StageSpec.ensureName("x".repeat(10_000))).message().hasSizeLessThan(200);
    assertThatThrownBy(() -> StageSpec.ensureName(null)).isInstanceOf(NullPointerException.class)
        .hasMessage("name must not be null");
  }

  @Test
  void refusesNullByName() {
    assertThatThrownBy(() -> Stage.producer("p", null))
        .hasMessage("factory must not be null; pass a constructor such as Counter::new");
    assertThatThrownBy(() -> Stage.consumer("c", null))
        .hasMessage("factory must not be null; pass a constructor such as Printer::new");
    assertThatThrownBy(() -> producer().withDispatcher(null))
        .hasMessage("dispatcher must not be null; use Dispatcher.demand() for the default");
    assertThatThrownBy(() -> producer().withOverflow(null))
        .hasMessage("overflow must not be null; use Overflow.DEFAULT");
    assertThatThrownBy(() -> producer().withOptions(null))
        .hasMessage("options must not be null; use StageOptions.DEFAULT");
    assertThatThrownBy(() -> producer().withDeadLetters(null))
        .hasMessage("deadLetters must not be null; use DeadLetterHandler.LOG for the default");
    assertThatThrownBy(() -> consumer("c").subscribeTo((SubscriptionSpec<Integer>) null))
        .hasMessage("source must not be null; pass the ref that start returned");
    assertThatThrownBy(() -> SubscriptionSpec.to(null))
        .hasMessage("producer must not be null; pass the ref that start returned");
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertThatThrownBy(() -> consumer("c").withMailbox(0)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mailbox must be at least 1, but was 0");
    assertThatThrownBy(() -> Stage.producerConsumer("pc", Integer.class, Integer.class, () -> (e, f, o) -> {})
        .withBuffer(-1)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("buffer must be at least 0, but was -1");
  }

  @Test
  void s02_isRestartedAfterACrashAndHasFiveSecondsToEndByDefault() {
    assertThat(consumer("c").options().restart()).isEqualTo(Restart.TRANSIENT);
    assertThat(consumer("c").options().shutdown()).isEqualTo(Shutdown.within(Duration.ofSeconds(5)));
    assertThat(consumer("c").options().significant()).isFalse();
  }

  @Test
  void givesChangedCopies() {
    var spec = producer();
    assertThat(spec.withOverflow(Overflow.fail()).overflow()).isEqualTo(Overflow.fail());
    assertThat(spec.overflow()).isEqualTo(Overflow.block());
    assertThat(spec.withMailbox(5).onPlatformThread().options().mailbox()).isEqualTo(5);
    assertThat(spec.withMailbox(5).onPlatformThread().options().onPlatformThread()).isTrue();
    assertThat(spec.options()).isEqualTo(StageOptions.DEFAULT);
  }
}
