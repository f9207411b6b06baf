package stage.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is in the jars that users get. Skipped where they have not been built, as by {@code mvn test}: then the modules
 * are folders of classes.
 */
class JarsTest {
  private static final LocalDateTime NO_TIME = LocalDateTime.of(2025, 1, 1, 0, 0);

  private static Path target(String module) {
    return Path.of("..", module, "target");
  }

  private static Path jar(String module) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(target(module))) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(target(module), module + "-*.jar")) {
        for (Path each : jars) if (!each.toString().matches(".*-(sources|javadoc|tests)\\.jar")) found.add(each);
      }
    }
    assumeTrue(!found.isEmpty(), "the jar of " + module + " has not been built");
    Path descriptor = target(module).resolve("classes/module-info.class");
    boolean isNewer = Files.getLastModifiedTime(found.getFirst()).compareTo(Files.getLastModifiedTime(descriptor)) >= 0;
    assumeTrue(isNewer, "the jar of " + module + " is one of an earlier build");
    return found.getFirst();
  }

  private static List<JarEntry> entries(Path jar) throws IOException {
    try (var file = new JarFile(jar.toFile())) {
      return file.stream().filter(entry -> !entry.isDirectory()).toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"stage-api", "stage-runtime"})
  void sec19_holdWhatWasCompiledAndNothingElse(String module) throws IOException {
    Path jar = jar(module);
    Set<String> compiled = new TreeSet<>();
    Path classes = target(module).resolve("classes");
    try (Stream<Path> files = Files.walk(classes)) {
      files.filter(Files::isRegularFile).forEach(file -> compiled.add(classes.relativize(file).toString()));
    }
    Set<String> held = new TreeSet<>();
    for (JarEntry entry : entries(jar)) {
      String name = entry.getName();
      if (name.equals("META-INF/MANIFEST.MF") || name.startsWith("META-INF/maven/dev.stage/")) continue;
      held.add(name);
      assertThat(name).matches("module-info\\.class|stage/.*|META-INF/services/stage\\..*|META-INF/(LICENSE|NOTICE).*");
    }
    assertThat(held).isEqualTo(compiled);
    try (var file = new JarFile(jar.toFile())) {
      for (String name : held) {
        try (InputStream in = file.getInputStream(file.getEntry(name))) {
          // what makes the jar adds a list of the packages to the module's descriptor
          boolean isTheSame = name.equals("module-info.class")
              || Arrays.equals(in.readAllBytes(), Files.readAllBytes(classes.resolve(name)));
          assertThat(isTheSame).as(name + " is as it was compiled").isTrue();
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"stage-api", "stage-runtime"})
  void sec19_areTheSameWheneverAndByWhomeverTheyAreBuilt(String module) throws IOException {
    Path jar = jar(module);
    assertThat(entries(jar)).allSatisfy(entry -> assertThat(entry.getTimeLocal()).as(entry.getName())
        .isEqualTo(NO_TIME));
    assertThat(entries(jar)).extracting(JarEntry::getName).doesNotHaveDuplicates();
    try (var file = new JarFile(jar.toFile())) {
      String manifest = new String(file.getInputStream(file.getEntry("META-INF/MANIFEST.MF")).readAllBytes());
      assertThat(manifest).doesNotContain(System.getProperty("user.name") + "\r", System.getProperty("user.dir"))
          .doesNotContainIgnoringCase("built-by").doesNotContainIgnoringCase("build-date");
    }
  }
}
