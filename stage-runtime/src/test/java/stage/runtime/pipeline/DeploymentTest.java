package stage.runtime.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.Test;
import stage.api.Stage;
import stage.api.pipeline.Job;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.plan.Blueprint;
import stage.api.supervision.Supervisor;
import stage.runtime.time.RealTime;

/**
 * What the threads of a job's stages look up while the next stages are still being started: to read a plain map while
 * it is filled goes wrong only once in many runs, so the maps themselves are looked at.
 */
class DeploymentTest {
  /** Read by the thread that starts the stages only. */
  private static final Set<String> OF_THE_STARTER = Set.of("producers");

  private Deployment deployment;
  private final Map<String, Set<Object>> keysAtTheFirstStart = new HashMap<>();

  @Test
  void fillsNoPlainMapOnceItsFirstStageHasStarted() throws Exception {
    var source = Stage.<Integer, Stage.Generator<Integer>>generator("source", () -> {
      keys().forEach(keysAtTheFirstStart::putIfAbsent);   // on the source's thread, while the starter waits for it
      return out -> out.emit(1);
    });
    Job<Long> job = Pipeline.from(source).keyBy(n -> n % 3).workers(40).perWorker(part -> part.map(n -> n + 1)).count();
    deployment = deployment(job);
    try (var scope = Supervisor.open("app")) {
      deployment.start(scope, false);
      assertThat(keysAtTheFirstStart).as("plain maps that stages may look into")
          .containsKeys("boards", "consumers", "routes").isEqualTo(keys());
    }
  }

  private static Deployment deployment(Job<?> job) throws ReflectiveOperationException {
    var blueprint = (Blueprint<?>) value(Job.class.getDeclaredField("blueprint"), job);
    List<StagePlan> stages = Layout.of(blueprint.end());
    var context = new JobContext(new RealTime(), stages.getLast().name, blueprint.redelivery());
    return new Deployment(stages, blueprint.demand(), blueprint.redelivery(), blueprint.end().sink(), context);
  }

  private Map<String, Set<Object>> keys() {
    Map<String, Set<Object>> keys = new HashMap<>();
    for (Field field : Deployment.class.getDeclaredFields()) {
      if (!Map.class.isAssignableFrom(field.getType()) || OF_THE_STARTER.contains(field.getName())) continue;
      var map = (Map<?, ?>) value(field, deployment);
      if (!(map instanceof ConcurrentMap)) keys.put(field.getName(), new HashSet<>(map.keySet()));
    }
    return keys;
  }

  private static Object value(Field field, Object of) {
    try {
      field.setAccessible(true);
      return field.get(of);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
