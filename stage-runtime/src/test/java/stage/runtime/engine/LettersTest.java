package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LettersTest {
  private final List<Object> told = new ArrayList<>();
  private int failures;
  private final Letters letters = new Letters(new Fates() {
    @Override
    public void deadLetter(Object event, Throwable cause, int attempts, String where) {
      if (failures-- > 0) throw new OutOfMemoryError("full");
      told.add(event);
    }

    @Override
    public void dropped(long events, String why) {
      throw new UnsupportedOperationException("letters are not dropped");
    }
  });

  private void add(Object event) {
    letters.add(event, new IllegalStateException("poison"), 1, "test/stage");
  }

  @Test
  void areForgottenWithTheTurn() {
    add(1);
    letters.rollback();
    letters.commit();
    assertThat(told).isEmpty();
  }

  @Test
  void f05_oneThatFindsTheHeapFullIsToldLater() {
    add(1);
    add(2);
    failures = 1;
    assertThatThrownBy(letters::commit).isInstanceOf(OutOfMemoryError.class);
    letters.rollback();
    add(3);
    letters.commit();
    assertThat(told).containsExactly(1, 2, 3);
  }
}
