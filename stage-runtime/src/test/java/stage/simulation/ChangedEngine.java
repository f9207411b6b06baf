package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import stage.api.StageRef;
import stage.runtime.time.Time;

/** A copy of the engine with a bug in it, in a class loader of its own. The engine itself knows nothing of it. */
public final class ChangedEngine {
  private static final Path SOURCES = Path.of("src/main/java/stage/runtime");
  private static final Pattern LINE_COMMENT =
      Pattern.compile("(?m)^((?:[^\"\\n/]|/(?!/)|\"(?:[^\"\\\\\\n]|\\\\.)*\")*)//[^\\n]*$");

  /** What is replaced by what, in a source. */
  public record Change(String original, String replacement) {}

  private ChangedEngine() {}

  /**
   * {@return what a method answers in an engine with a bug}
   *
   * @param bug its name
   * @param file which source, below {@code stage/runtime}
   * @param changes each must fit
   * @param type has a public static method
   * @param method of this name
   * @param arguments for it
   */
  public static Object call(String bug, String file, List<Change> changes, Class<?> type, String method,
      Object... arguments) throws Exception {
    Path classes = Files.createTempDirectory("stage-changed");
    try {
      compile(bug, file, changes, classes);
      URL[] path = {classes.toUri().toURL(), where(Time.class), where(StageRef.class), where(ChangedEngine.class),
          where(assertThat(1).getClass())};
      try (var loader = new URLClassLoader(bug, path, ClassLoader.getPlatformClassLoader())) {
        for (Method each : loader.loadClass(type.getName()).getMethods())
          if (each.getName().equals(method)) return each.invoke(null, arguments);
        throw new NoSuchMethodException(type.getName() + "." + method);
      }
    } finally {
      delete(classes);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path each : files.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(each);
    }
  }

  /** Fails unless each change fits the source, and what comes of it compiles. */
  static void ensureFits(String bug, String file, List<Change> changes) throws IOException {
    Path classes = Files.createTempDirectory("stage-changed");
    try {
      compile(bug, file, changes, classes);
    } finally {
      delete(classes);
    }
  }

  /** {@return a source without what follows a {@code //} outside of its strings} */
  private static String withoutComments(String source) {
    return LINE_COMMENT.matcher(source).replaceAll("$1");
  }

  /** {@return what matches a piece of source however its lines are broken} */
  private static Pattern pattern(String original) {
    StringJoiner pattern = new StringJoiner("\\s*");
    Matcher token = Pattern.compile("\\w+|[^\\w\\s]").matcher(original);
    int end = -1;
    while (token.find()) {
      boolean isApart = end >= 0 && token.start() > end && Character.isJavaIdentifierPart(original.charAt(end - 1))
          && Character.isJavaIdentifierPart(original.charAt(token.start()));
      pattern.add((isApart ? "\\s" : "") + Pattern.quote(token.group()));
      end = token.end();
    }
    return Pattern.compile(pattern.toString());
  }

  /** Fails unless each change has its place in the source, without compiling it. */
  public static void ensureIsThere(String bug, String file, List<Change> changes) throws IOException {
    changed(bug, file, changes);
  }

  private static String changed(String bug, String file, List<Change> changes) throws IOException {
    String source = withoutComments(Files.readString(SOURCES.resolve(file)));
    for (Change change : changes) {
      Matcher place = pattern(withoutComments(change.original())).matcher(source);
      if (!place.find()) {
        throw new AssertionError(
            "\"" + bug + "\" does not fit " + file + " any more, which has no: " + change.original());
      }
      source = place.replaceAll(Matcher.quoteReplacement(change.replacement()));
    }
    return source;
  }

  private static void compile(String bug, String file, List<Change> changes, Path target) throws IOException {
    String text = changed(bug, file, changes);
    var unit = new SimpleJavaFileObject(URI.create("changed:///" + file), SimpleJavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
    var messages = new StringWriter();
    List<String> options = List.of("-d", target.toString(), "-cp",
        file(Time.class) + File.pathSeparator + file(StageRef.class), "-proc:none", "-nowarn", "--release", "21");
    boolean compiled =
        ToolProvider.getSystemJavaCompiler().getTask(messages, null, null, options, null, List.of(unit)).call();
    if (!compiled) throw new AssertionError("\"" + bug + "\" does not compile: " + messages);
  }

  private static Path file(Class<?> type) {
    return Path.of(URI.create(where(type).toString()));
  }

  private static URL where(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }
}
