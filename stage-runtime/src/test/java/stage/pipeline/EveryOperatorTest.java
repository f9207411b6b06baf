package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.Bound;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Join;
import stage.api.pipeline.Keyed;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Table;
import stage.api.pipeline.Windowing;
import stage.api.pipeline.Windows;

/** No operator is forgotten: each one that users can call is called by a case of {@link OperatorsSimulationTest}. */
class EveryOperatorTest {
  private static final Set<Class<?>> API = Set.of(Pipeline.class, Keyed.class, Windowing.class, Windows.class,
      Join.class, Join.On.class, Join.Ready.class, Table.class, EventTime.class, OnFailure.class, Bound.class,
      Aggregation.class);

  /** What is shown elsewhere, and where. */
  private static final Map<String, String> ELSEWHERE = Map.ofEntries(
      Map.entry("Pipeline.deliveries(DeliverySource,Settling)", "DeliverySimulationTest"),
      Map.entry("Pipeline.deliveries(PartitionedSource,Settling)", "PartitionSimulationTest"),
      Map.entry("Pipeline.fromPublisher(Publisher)", "SourcesTest: a publisher has threads of its own"),
      Map.entry("Pipeline.from(ProducerRef)", "KnownAnswersTest: it goes on when the job ends"),
      Map.entry("Pipeline.lines(InputStream)", "PipelineTest: it can be read once"),
      Map.entry("OnFailure.ofDefault()", "PipelineFailureTest: the default, which each case without a policy has"),
      Map.entry("OnFailure.deadLetter()", "PipelineFailureTest: with a handler here, lest it log"),
      Map.entry("OnFailure.crash()", "PipelineFailureTest: the job fails, or its element becomes a dead letter"),
      Map.entry("Bound.crashing()", "SlotsTest and PipelineFailureTest: the job fails"),
      Map.entry("Bound.forgettingOldest()", "DeliverySimulationTest: which are forgotten depends on what comes first"),
      Map.entry("Windows.needsEventTime()", "no operator"));

  @Test
  void isLeftOutOfTheSimulation() throws URISyntaxException {
    Set<String> missing = operators();
    missing.removeAll(called());
    missing.removeAll(ELSEWHERE.keySet());
    assertThat(missing).as("operators without a case in OperatorsSimulationTest").isEmpty();
  }

  @Test
  void isSaidToBeElsewhereThoughItIsNot() throws URISyntaxException {
    assertThat(operators()).containsAll(ELSEWHERE.keySet());
    assertThat(called()).contains("Pipeline.map(Fn)", "Windowing.early(int)")
        .doesNotContainAnyElementsOf(ELSEWHERE.keySet());
  }

  private static Set<String> operators() {
    return API.stream().flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .filter(method -> !isOfObject(method) && !isComponent(method))
        .map(method -> method.getDeclaringClass().getSimpleName() + "." + method.getName()
            + parameters(Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean isOfObject(Method method) {
    return Stream.of("toString", "hashCode", "equals").anyMatch(method.getName()::equals);
  }

  private static boolean isComponent(Method method) {
    Class<?> type = method.getDeclaringClass();
    return type.isRecord()
        && Arrays.stream(type.getRecordComponents()).anyMatch(part -> part.getAccessor().equals(method));
  }

  private static String parameters(Stream<String> types) {
    return types.collect(Collectors.joining(",", "(", ")"));
  }

  private static Set<String> called() throws URISyntaxException {
    Path here = Path.of(OperatorsSimulationTest.class.getResource("OperatorsSimulationTest.class").toURI());
    Set<String> api = API.stream().map(Class::getName).collect(Collectors.toSet());
    JavaClass cases = new ClassFileImporter().importPath(here).get(OperatorsSimulationTest.class);
    return Stream.<JavaAccess<?>>concat(cases.getMethodCallsFromSelf().stream(),
        cases.getMethodReferencesFromSelf().stream())
        .filter(call -> api.contains(call.getTargetOwner().getName()))
        .map(call -> call.getTargetOwner().getSimpleName() + "." + call.getName()
            + parameters(types(call)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<String> types(JavaAccess<?> call) {
    var target = (com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget) call.getTarget();
    return target.getRawParameterTypes().stream().map(JavaClass::getSimpleName);
  }
}
