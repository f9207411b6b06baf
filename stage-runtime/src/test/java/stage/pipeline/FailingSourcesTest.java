package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.pipeline.Pipeline;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;

/** A source whose code throws: the failure says which one, even if no line of the program is in its stack. */
class FailingSourcesTest {
  private record Case(String name, String step, Pipeline<Integer> source) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Iterator<Integer> broken() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public Integer next() {
        throw new IllegalStateException("broken");
      }
    };
  }

  static Stream<Case> cases() {
    Stream<Integer> used = Stream.of(1);
    used.close();
    Iterable<Integer> twice = used::iterator;
    Iterable<Integer> elements = FailingSourcesTest::broken;
    var collection = new AbstractCollection<Integer>() {
      @Override
      public Iterator<Integer> iterator() {
        return broken();
      }

      @Override
      public int size() {
        return 1;
      }
    };
    return Stream.of(
        new Case("a stream that was used", "from", Pipeline.from(twice)),
        new Case("an iterator", "from", Pipeline.from(elements)),
        new Case("a collection", "from", Pipeline.from(collection)),
        new Case("a loop", "generate", Pipeline.generate(out -> {
          throw new IllegalStateException("broken");
        })));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sayWhichOneThrew(Case of) {
    var failed = catchThrowableOfType(StageFailedException.class,
        () -> of.source().count().withIntensity(Intensity.none()).run());
    assertThat(failed.getCause().getSuppressed()).singleElement().extracting(Object::toString).asString()
        .startsWith("in step \"" + of.step() + "\" (FailingSourcesTest.java:");
  }
}
