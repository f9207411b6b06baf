package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
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
    return called(new ClassFileImporter().importPath(pathOf(OperatorsSimulationTest.class)).stream());
  }

  /** {@return the operators that these classes call} */
  private static Set<String> called(Stream<JavaClass> tests) {
    Set<String> api = API.stream().map(Class::getName).collect(Collectors.toSet());
    return tests.flatMap(test -> Stream.<JavaAccess<?>>concat(test.getMethodCallsFromSelf().stream(),
        test.getMethodReferencesFromSelf().stream()))
        .filter(call -> api.contains(call.getTargetOwner().getName()))
        .map(call -> call.getTargetOwner().getSimpleName() + "." + call.getName()
            + parameters(types(call)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Path pathOf(Class<?> test) throws URISyntaxException {
    return Path.of(test.getResource(test.getSimpleName() + ".class").toURI());
  }

  private static Stream<String> types(JavaAccess<?> call) {
    var target = (com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget) call.getTarget();
    return target.getRawParameterTypes().stream().map(JavaClass::getSimpleName);
  }

  /** The table of docs/testing-the-engine.md says which search has which operator. */
  @Nested
  class InTheDocument {
    private static final Path DOCUMENT = Path.of("..", "docs", "testing-the-engine.md");
    private static final String BEGIN = "<!-- operators: begin -->\n";
    private static final String END = "<!-- operators: end -->";

    /** {@code -Dstage.operators.table=true} writes it. */
    @Test
    void hasItsRow() throws Exception {
      String document = Files.readString(DOCUMENT);
      int from = document.indexOf(BEGIN) + BEGIN.length();
      int to = document.indexOf(END);
      if (Boolean.getBoolean("stage.operators.table")) {
        Files.writeString(DOCUMENT, document.substring(0, from) + table() + document.substring(to));
      } else {
        assertThat(document.substring(from, to)).as("run this test with -Dstage.operators.table=true")
            .isEqualTo(table());
      }
    }

    private static String table() throws URISyntaxException {
      Set<String> alone = called();
      Set<String> delivered = in(pathOf(DeliverySimulationTest.class));
      Set<String> random = in(pathOf(OperatorsSimulationTest.class).resolveSibling("random"));
      Set<String> timed = in(pathOf(OperatorsSimulationTest.class).resolveSibling("timed"));
      var rows = new TreeMap<String, String>();
      for (String operator : operators()) {
        if (operator.equals("Windows.needsEventTime()")) continue;
        String elsewhere = ELSEWHERE.getOrDefault(operator, "").split(":")[0];
        rows.put(operator, "| `%s` | %s | %s | %s | %s | %s |\n".formatted(operator, mark(alone, operator),
            mark(delivered, operator), mark(random, operator), mark(timed, operator), elsewhere));
      }
      return "| operator | alone | deliveries | random jobs | timed jobs | otherwise |\n|---|---|---|---|---|---|\n"
          + String.join("", rows.values());
    }

    private static Set<String> in(Path tests) {
      return called(new ClassFileImporter().importPath(tests).stream());
    }

    private static String mark(Set<String> called, String operator) {
      return called.contains(operator) ? "yes" : "";
    }
  }
}
