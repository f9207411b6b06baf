package stage.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tree is the architecture: which package may know which, and what only one of them may do. */
class ArchitectureTest {
  private static final List<Path> MODULES = Stream.of("stage-api", "stage-runtime", "stage-samples")
      .map(module -> Path.of("..", module, "target", "classes")).toList();

  static {
    // names are enough, and the JDK is large
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
  }

  private static JavaClasses classes;

  @BeforeAll
  static void importAll() {
    classes = new ClassFileImporter().importPaths(MODULES);
  }

  /** They are large, and each later test that asks for a collection would wait for it to look at them all. */
  @AfterAll
  static void forgetAll() {
    classes = null;
  }

  static List<Rules> rules() {
    return Rules.all();
  }

  /** Or else every rule would hold, over nothing. */
  @Test
  void allModulesWereImported() {
    assertThat(classes.contain("stage.runtime.engine.Cell")).isTrue();
    assertThat(classes.contain("stage.api.Demand")).isTrue();
    assertThat(classes.contain("stage.samples.hello.Hello")).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void holds(Rules rule) {
    rule.rule().check(classes);
  }

  /** More classes than these, all of which reach each other, nobody holds in the head. */
  private static final int LARGEST_KNOT = 15;

  @Test
  void noKnotIsTooLarge() {
    assertThat(Knots.of(classes, LARGEST_KNOT + 1)).isEmpty();
  }

  /** A rule that nothing could break would prove nothing. */
  @Nested
  class APlantedOffence {
    @TempDir
    private static Path folder;

    private static JavaClasses withOffenders;

    /** One for each rule, but not for the first: all together they would make more cycles than are listed. */
    @BeforeAll
    static void plantAll() throws IOException {
      withOffenders = importWith(rules().subList(1, rules().size()), folder);
    }

    @AfterAll
    static void forgetAll() {
      withOffenders = null;
    }

    @Test
    void ofTheFirstRuleIsSeen(@TempDir Path other) throws IOException {
      Rules first = rules().getFirst();
      JavaClasses withOffender = importWith(List.of(first), other);

      assertThatThrownBy(() -> first.rule().check(withOffender)).isInstanceOf(AssertionError.class)
          .hasMessageContaining(first.offender());
    }

    static List<Rules> rulesButTheFirst() {
      return rules().subList(1, rules().size());
    }

    @ParameterizedTest(name = "against: {0}")
    @MethodSource("rulesButTheFirst")
    void isSeen(Rules rule) {
      assertThatThrownBy(() -> rule.rule().check(withOffenders)).isInstanceOf(AssertionError.class)
          .hasMessageContaining(rule.offender());
    }

    @Test
    void isSeenInAKnotOfOneTooMany(@TempDir Path knot) throws IOException {
      List<String> arguments = new ArrayList<>(List.of("-nowarn", "-proc:none", "-d", knot.toString()));
      for (int i = 0; i <= LARGEST_KNOT; i++) {
        Path source = knot.resolve("Knotted" + i + ".java");
        int next = i == LARGEST_KNOT ? 0 : i + 1;
        Files.writeString(source, "package knotted;\nclass Knotted" + i + " {\n  static class Nested {\n    Knotted"
            + next + "[] next;\n  }\n}\n");
        arguments.add(source.toString());
      }
      assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new))).isZero();
      JavaClasses knotted = new ClassFileImporter().importPath(knot);

      assertThat(Knots.of(knotted, LARGEST_KNOT + 1)).containsOnlyKeys("knotted");
      assertThat(Knots.of(knotted, LARGEST_KNOT + 2)).isEmpty();
    }

    private static JavaClasses importWith(List<Rules> offences, Path folder) throws IOException {
      Path classes = Files.createDirectory(folder.resolve("classes"));
      List<String> arguments = new ArrayList<>(
          List.of("-nowarn", "-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
      for (Rules rule : offences) {
        Path source = folder.resolve(rule.offender() + ".java");
        Files.writeString(source, "package " + rule.offenderPackage() + ";\npublic class " + rule.offender() + " {\n  "
            + rule.offence() + "\n}\n");
        arguments.add(source.toString());
      }
      int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
      assertThat(result).as("the offences compile").isZero();
      List<Path> paths = new ArrayList<>(MODULES);
      paths.add(classes);
      return new ClassFileImporter().importPaths(paths);
    }
  }

  @Nested
  class TheModule {
    @Test
    void sec19_ofTheApiExportsItsPackagesAndRequiresNothing() throws IOException {
      ModuleDescriptor api = descriptor("stage-api");

      assertThat(api.name()).isEqualTo("stage.api");
      assertThat(exportsOf(api)).containsExactlyInAnyOrder("stage.api", "stage.api.observe", "stage.api.pipeline",
          "stage.api.supervision");
      assertThat(api.exports()).filteredOn(ModuleDescriptor.Exports::isQualified)
          .as("the doors between the two modules")
          .hasSize(2).allSatisfy(door -> {
            assertThat(door.source()).isIn("stage.api.internal", "stage.api.pipeline.plan");
            assertThat(door.targets()).containsExactly("stage.runtime");
          });
      assertThat(requiresOf(api)).containsExactly("java.base");
      assertThat(api.uses()).containsExactlyInAnyOrder("stage.api.pipeline.plan.PipelineRuntime",
          "stage.api.supervision.StageRuntime");
      assertThat(api.provides()).isEmpty();
    }

    @Test
    void sec19_ofTheRuntimeExportsTheTestKitAndProvidesTheEngine() throws IOException {
      ModuleDescriptor runtime = descriptor("stage-runtime");

      assertThat(runtime.name()).isEqualTo("stage.runtime");
      assertThat(exportsOf(runtime)).containsExactly("stage.runtime.testkit");
      assertThat(runtime.opens()).isEmpty();
      assertThat(requiresOf(runtime)).containsExactlyInAnyOrder("java.base", "stage.api", "java.management", "jdk.jfr");
      assertThat(runtime.provides()).extracting(ModuleDescriptor.Provides::service)
          .containsExactlyInAnyOrder("stage.api.pipeline.plan.PipelineRuntime",
              "stage.api.supervision.StageRuntime", "stage.runtime.engine.Bridges",
              "stage.runtime.supervision.Insight");
      assertThat(runtime.uses()).containsExactlyInAnyOrder("stage.runtime.engine.Bridges",
          "stage.runtime.supervision.Insight");
    }

    @Test
    void ofTheSamplesExportsNothing() throws IOException {
      ModuleDescriptor samples = descriptor("stage-samples");

      assertThat(exportsOf(samples)).isEmpty();
      assertThat(requiresOf(samples)).contains("stage.api")
          .allMatch(name -> name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("stage."));
    }

    @Test
    void providesTheSameOnTheClassPath() throws IOException {
      for (ModuleDescriptor.Provides provided : descriptor("stage-runtime").provides()) {
        Path service = Path.of("../stage-runtime/target/classes/META-INF/services", provided.service());
        assertThat(provided.providers()).containsExactly(Files.readString(service).strip());
      }
    }

    private static ModuleDescriptor descriptor(String module) throws IOException {
      try (InputStream in = Files.newInputStream(Path.of("..", module, "target", "classes", "module-info.class"))) {
        return ModuleDescriptor.read(in);
      }
    }

    private static Set<String> exportsOf(ModuleDescriptor module) {
      return module.exports().stream().filter(export -> !export.isQualified()).map(ModuleDescriptor.Exports::source)
          .collect(Collectors.toSet());
    }

    private static Set<String> requiresOf(ModuleDescriptor module) {
      return module.requires().stream().map(ModuleDescriptor.Requires::name).collect(Collectors.toSet());
    }
  }
}
