package stage.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * F5: wherever the engine takes memory there may be none. Whatever it then gives up, nobody waits for ever, each caller
 * gets an answer, and each event has a fate.
 */
class FullHeapAnywhereTest {
  @ParameterizedTest
  @EnumSource
  void f05_leavesNobodyWaiting(ScarceRuns.Kind kind) throws Exception {
    try (var engine = new ScarceEngine(ScarceRuns.class, assertThat(1).getClass())) {
      Method run = null;
      for (Method each : engine.loadClass(ScarceRuns.class.getName()).getMethods())
        if (each.getName().equals("run")) run = each;
      assertThat(run.invoke(null, kind.name(), -1L, 1L)).as("before anything fails").isNull();
      Object tried = run.invoke(null, kind.name(), 0L, 0L);
      assertThat(tried).as("without a refusal").isInstanceOf(List.class);
      @SuppressWarnings("unchecked")
      var places = (List<Long>) tried;
      assertThat(places).hasSizeGreaterThan(80);
      List<Object> failures = new ArrayList<>();
      for (long place : places) {
        Object failure = run.invoke(null, kind.name(), place, 1L);
        if (failure != null) failures.add(failure);
      }
      assertThat(failures).as("of " + places.size() + " places").isEmpty();
    }
  }
}
