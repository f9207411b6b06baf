package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import stage.api.StageRef;
import stage.runtime.time.Time;

/**
 * A bug that is planted into a copy of the engine, for those searches that are not a simulation.
 *
 * @param name what goes wrong
 * @param file which source, below {@code stage/runtime}
 * @param original what is replaced; it must be there
 * @param replacement by what
 */
record PlantedBug(String name, String file, String original, String replacement) {
  private static final Path SOURCES = Path.of("src/main/java/stage/runtime");

  /**
   * {@return what a search in an engine with this bug answers}
   *
   * @param search has a public static method {@code search} without parameters, which answers how many runs it took, or -1
   */
  int find(Class<?> search) throws Exception {
    Path classes = Files.createTempDirectory("stage-planted");
    try {
      compile(classes);
      URL[] path = {classes.toUri().toURL(), where(Time.class), where(StageRef.class), where(PlantedBug.class), where(assertThat(1).getClass())};
      try (var loader = new URLClassLoader("planted", path, ClassLoader.getPlatformClassLoader())) {
        Method method = loader.loadClass(search.getName()).getMethod("search");
        return (int) method.invoke(null);
      }
    } finally {
      try (var files = Files.walk(classes)) {
        for (Path each : files.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(each);
      }
    }
  }

  private void compile(Path target) throws Exception {
    String source = Files.readString(SOURCES.resolve(file));
    if (!source.contains(original)) throw new AssertionError("planted bug \"" + name + "\" does not fit " + file + " any more, which has no: " + original);
    String text = source.replace(original, replacement);
    var unit = new SimpleJavaFileObject(URI.create("planted:///" + file), SimpleJavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
    var messages = new StringWriter();
    List<String> options = List.of("-d", target.toString(), "-cp", Path.of(where(Time.class).toURI()) + File.pathSeparator + Path.of(where(StageRef.class).toURI()),
        "-proc:none", "-nowarn", "--release", "21");
    boolean compiled = ToolProvider.getSystemJavaCompiler().getTask(messages, null, null, options, null, List.of(unit)).call();
    if (!compiled) throw new AssertionError("planted bug \"" + name + "\" does not compile: " + messages);
  }

  private static URL where(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  @Override
  public String toString() {
    return name;
  }
}
