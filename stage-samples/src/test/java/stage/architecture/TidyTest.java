package stage.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be seen in class files is looked for in the sources. */
class TidyTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Speaks of what it bans. */
  private static final List<String> EXEMPT = List.of("SourceScan.java", "TidyTest.java");

  @Test
  void theSourcesAreTidy() throws IOException {
    List<String> complaints = new ArrayList<>();
    List<Path> files = sources();
    for (Path file : files) {
      if (EXEMPT.contains(file.getFileName().toString())) continue;
      String path = ROOT.relativize(file).toString().replace('\\', '/');
      complaints.addAll(SourceScan.complaints(path, Files.readAllLines(file)));
    }

    assertThat(files).extracting(file -> file.getFileName().toString()).contains("Cell.java", "Demand.java",
        "Hello.java", "ArchitectureTest.java");
    assertThat(complaints).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String module : List.of("stage-api", "stage-runtime", "stage-samples")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
      }
    }
    return all;
  }

  @Nested
  class APlantedOffence {
    private static final String ENGINE = "stage-runtime/src/main/java/stage/runtime/engine/Cell.java";
    private static final String TEST = "stage-runtime/src/test/java/stage/runtime/engine/CellTest.java";

    @Test
    void isReportedAsAColleagueWould() {
      assertThat(SourceScan.complaints(ENGINE, List.of("class Cell {", "  void nap() { Thread.sleep(1); }", "}")))
          .containsExactly("Cell.java:2: Thread.sleep is banned here, use Time");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "synchronized (lock) {",
        "Thread.yield();",
        "Thread.onSpinWait();",
        "System.out.println(1);",
        "failure.printStackTrace();",
        "} catch (Exception ignored) {",
        "TimeUnit.SECONDS.sleep(1);",
        "// TODO think",
        "/* FIXME */"})
    void isSeenInTheEngine(String line) {
      assertThat(SourceScan.complaints(ENGINE, List.of(line))).hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {"Thread.sleep(10);", "TimeUnit.SECONDS.sleep(1);", "// FIXME flaky"})
    void isSeenInATest(String line) {
      assertThat(SourceScan.complaints(TEST, List.of(line))).hasSize(1);
    }

    @Test
    void isSeenBehindTextsAndComments() {
      assertThat(SourceScan.complaints(ENGINE, List.of("String s = \"// \\\"\"; /* a */ synchronized (s) {")))
          .hasSize(1);
    }
  }

  @Nested
  class WhatOnlyLooksLikeAnOffence {
    @Test
    void inACommentIsPassedOver() {
      assertThat(SourceScan.complaints("stage-api/src/main/java/stage/api/Stage.java",
          List.of("/**", " * Never synchronized.", " */", "// no Thread.sleep")))
          .isEmpty();
    }

    @Test
    void inATextIsPassedOver() {
      assertThat(SourceScan.complaints("stage-api/src/main/java/stage/api/Stage.java",
          List.of("String s = \"Thread.sleep\"; char c = '\"'; int i;")))
          .isEmpty();
    }

    @Test
    void isASampleThatPrints() {
      assertThat(SourceScan.complaints("stage-samples/src/main/java/stage/samples/hello/Hello.java",
          List.of("System.out.println(1);"))).isEmpty();
    }
  }
}
