package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
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

  private static final JavaClasses TESTS = tests();

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
  void isLeftOutOfTheSimulation() {
    Set<String> missing = operators();
    missing.removeAll(called());
    missing.removeAll(ELSEWHERE.keySet());
    assertThat(missing).as("operators without a case in OperatorsSimulationTest").isEmpty();
  }

  @Test
  void isSaidToBeElsewhereThoughItIsNot() {
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

  private static Set<String> called() {
    return called(test -> test.isEquivalentTo(OperatorsSimulationTest.class));
  }

  /** {@return the operators that these tests call} */
  private static Set<String> called(Predicate<JavaClass> isOne) {
    Set<String> api = API.stream().map(Class::getName).collect(Collectors.toSet());
    return TESTS.stream().filter(isOne)
        .flatMap(test -> Stream.<JavaAccess<?>>concat(test.getMethodCallsFromSelf().stream(),
            test.getMethodReferencesFromSelf().stream()))
        .filter(call -> api.contains(call.getTargetOwner().getName()))
        .map(call -> call.getTargetOwner().getSimpleName() + "." + call.getName()
            + parameters(types(call)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static JavaClasses tests() {
    try {
      return new ClassFileImporter().importPath(Path.of(EveryOperatorTest.class.getResource("").toURI()));
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
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
        // the table may say less than is true, and never more
        List<String> now = table().lines().toList();
        List<String> rows = document.substring(from, to).lines().toList();
        assertThat(rows).as("rows; -Dstage.operators.table=true writes them").hasSameSizeAs(now);
        for (int i = 0; i < rows.size(); i++) {
          String[] said = rows.get(i).split(" \\| ", -1);
          String[] is = now.get(i).split(" \\| ", -1);
          assertThat(said[0]).as("-Dstage.operators.table=true writes them").isEqualTo(is[0]);
          for (int at = 1; at < is.length; at++) assertThat(said[at]).as(said[0]).isIn("", is[at]);
        }
      }
    }

    private static String table() {
      Set<String> alone = called();
      Set<String> delivered = called(test -> test.isEquivalentTo(DeliverySimulationTest.class));
      Set<String> random = called(test -> test.getPackageName().equals("stage.pipeline.random"));
      Set<String> timed = called(test -> test.getPackageName().equals("stage.pipeline.timed"));
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

    private static String mark(Set<String> called, String operator) {
      return called.contains(operator) ? "yes" : "";
    }
  }
}
