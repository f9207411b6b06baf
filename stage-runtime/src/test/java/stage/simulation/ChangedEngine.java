package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import stage.api.StageRef;
import stage.runtime.time.Time;

/** A copy of the engine with a bug in it, in a class loader of its own. The engine itself knows nothing of it. */
public final class ChangedEngine {
  private static final Path SOURCES = Path.of("src/main/java/stage/runtime");
  private static final Pattern LINE_COMMENT =
      Pattern.compile("(?m)^((?:[^\"\\n/]|/(?!/)|\"(?:[^\"\\\\\\n]|\\\\.)*\")*)//[^\\n]*$");

  /** What is replaced by what, in a source. */
  public record Change(String original, String replacement) {}

  /** What has been compiled, by what was changed: several tests want the same bug. */
  private static final Map<Change, Map<String, byte[]>> COMPILED = new ConcurrentHashMap<>();

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
    URL[] path = {where(Time.class), where(StageRef.class), where(ChangedEngine.class),
        where(assertThat(1).getClass())};
    try (var loader = new ChangedLoader(bug, path, compiled(bug, file, changes))) {
      for (Method each : loader.loadClass(type.getName()).getMethods())
        if (each.getName().equals(method)) return each.invoke(null, arguments);
      throw new NoSuchMethodException(type.getName() + "." + method);
    }
  }

  /**
   * {@return what does not fit the engine: changes that have no place in their source, or after which it does not
   * compile} Sources are compiled together, one of each file at a time; that takes a tenth of compiling each by itself.
   */
  static List<String> misfits(List<Mutant> bugs) throws IOException {
    List<String> misfits = new ArrayList<>();
    List<Map<String, Mutant>> rounds = new ArrayList<>();   // by file
    for (Mutant bug : bugs) {
      try {
        ensureIsThere(bug.name(), bug.file(), bug.changes());
      } catch (AssertionError misfit) {
        misfits.add(misfit.getMessage());
        continue;
      }
      var free = rounds.stream().filter(round -> !round.containsKey(bug.file())).findFirst();
      if (free.isEmpty()) rounds.add(new HashMap<>());
      free.orElseGet(rounds::getLast).put(bug.file(), bug);
    }
    for (Map<String, Mutant> round : rounds) {
      List<JavaFileObject> sources = new ArrayList<>();
      for (Mutant bug : round.values())
        sources.add(source(bug.file(), changed(bug.name(), bug.file(), bug.changes())));
      try {
        EngineCompiler.ONE.compile("one of these", sources);
      } catch (AssertionError oneOfThem) {
        for (Mutant bug : round.values()) {
          try {
            compiled(bug.name(), bug.file(), bug.changes());
          } catch (AssertionError misfit) {
            misfits.add(misfit.getMessage());
          }
        }
      }
    }
    return misfits;
  }

  /** Has the changed classes from memory, and all others of the engine and the tests anew, as they refer to those. */
  private static final class ChangedLoader extends URLClassLoader {
    private final Map<String, byte[]> changed;

    ChangedLoader(String bug, URL[] path, Map<String, byte[]> changed) {
      super(bug, path, ClassLoader.getPlatformClassLoader());
      this.changed = changed;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] bytes = changed.get(name);
      return bytes == null ? super.findClass(name) : defineClass(name, bytes, 0, bytes.length);
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

  private static Map<String, byte[]> compiled(String bug, String file, List<Change> changes) throws IOException {
    String text = changed(bug, file, changes);
    var key = new Change(file, text);
    Map<String, byte[]> known = COMPILED.get(key);
    if (known != null) return known;
    Map<String, byte[]> classes = EngineCompiler.ONE.compile(bug, List.of(source(file, text)));
    COMPILED.put(key, classes);
    return classes;
  }

  private static JavaFileObject source(String file, String text) {
    return new SimpleJavaFileObject(URI.create("changed:///" + file), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }

  private static URL where(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }
}
