package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapTest {
  private static final int MANY = 20_000_000;

  private byte[] bytes;

  @Test
  void seesWhatIsAllocated() throws Exception {
    long allocated = Heap.bytesAllocated(() -> bytes = new byte[MANY]);

    if (allocated >= 0) assertThat(allocated).isBetween((long) MANY, 2L * MANY);
    assertThat(bytes).hasSize(MANY);
  }

  @Test
  void doesNotAnswerIfTheCollectorRan() throws Exception {
    assertThat(Heap.bytesAllocated(System::gc)).isNegative();
  }

  @Test
  void seesWhatIsHeld() {
    long before = Heap.bytesHeld();
    bytes = new byte[MANY];
    long after = Heap.bytesHeld();

    assertThat(after - before).isBetween(MANY / 2L, 2L * MANY);
    assertThat(bytes).hasSize(MANY);
  }
}
