package stage.simulation;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import stage.api.StageRef;
import stage.runtime.time.Apart;
import stage.runtime.time.RecordedChoices;
import stage.runtime.time.Shrinker;
import stage.runtime.time.Time;

/** Makes mutants of the engine, and counts how many seeds it takes until one of them is found out. */
public final class Mutants {
  private static final Path SOURCES = Path.of("src/main/java/stage/runtime");

  private Mutants() {}

  /** {@return how many seeds, from the first on, it takes to find the mutant; -1 if so many do not find it} */
  static int seedsToFind(Mutant mutant, long first, int most) throws Exception {
    return (int) inside(mutant, "seeds", first, most);
  }

  private static Object inside(Mutant mutant, String what, long first, int most) throws Exception {
    Path classes = Files.createTempDirectory("stage-mutant");
    try {
      compile(mutant, classes);
      URL[] path = {url(classes), where(Time.class), where(StageRef.class), where(Mutants.class)};
      try (var loader = new URLClassLoader("mutant", path, ClassLoader.getPlatformClassLoader())) {
        Method run = loader.loadClass(Hunt.class.getName()).getMethod(what, long.class, int.class);
        return run.invoke(null, first, most);
      }
    } finally {
      try (var files = Files.walk(classes)) {
        for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(file);
      }
    }
  }

  /** {@return a short list of choices that finds the mutant; null if so many seeds do not find it} */
  static int[] shrunk(Mutant mutant, long first, int most) throws Exception {
    return inside(mutant, "shrunk", first, most) instanceof int[] list ? list : null;
  }

  private static void compile(Mutant mutant, Path target) throws IOException {
    Path file = SOURCES.resolve(mutant.file());
    String source = Files.readString(file);
    for (Mutant.Change change : mutant.changes()) {
      if (!source.contains(change.original())) {
        throw new AssertionError("mutant \"" + mutant.name() + "\" does not fit " + mutant.file() + " any more, which has no: " + change.original());
      }
      source = source.replace(change.original(), change.replacement());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String text = source;
    var unit = new SimpleJavaFileObject(URI.create("mutant:///" + mutant.file()), SimpleJavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
    var messages = new StringWriter();
    List<String> options = List.of("-d", target.toString(), "-cp", Path.of(uri(where(Time.class))) + File.pathSeparator + Path.of(uri(where(StageRef.class))),
        "-proc:none", "-nowarn", "--release", "21");
    boolean compiled = compiler.getTask(messages, null, null, options, null, List.of(unit)).call();
    if (!compiled) throw new AssertionError("mutant \"" + mutant.name() + "\" does not compile: " + messages);
  }

  private static URI uri(URL url) {
    return URI.create(url.toString());
  }

  private static URL url(Path path) throws IOException {
    return path.toUri().toURL();
  }

  private static URL where(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  /** What is run within the loader of a mutant. */
  public static final class Hunt {
    private static final Logger LOGGER = Logger.getLogger("stage");
    private static final int SHRINKING_RUNS = 10_000;
    private static final long SHRINKING_NANOS = 20_000_000_000L;

    private Hunt() {}

    /** {@return how many seeds it took; -1 if none of them failed} */
    public static int seeds(long first, int most) {
      return quietly(() -> {
        for (int i = 0; i < most; i++) if (Simulation.run(RecordedChoices.ofSeed(first + i)).failure() != null) return i + 1;
        return -1;
      });
    }

    /** {@return a short list of choices that fails; null if none of the seeds failed} */
    public static int[] shrunk(long first, int most) {
      return quietly(() -> {
        for (int i = 0; i < most; i++) {
          Simulation.Outcome outcome = Simulation.run(RecordedChoices.ofSeed(first + i));
          if (outcome.failure() == null) continue;
          long end = System.nanoTime() + SHRINKING_NANOS;
          return Shrinker.shrink(outcome.choices(), list -> System.nanoTime() - end < 0 && Simulation.run(RecordedChoices.replaying(list)).failure() != null, SHRINKING_RUNS);
        }
        return null;
      });
    }

    private static <T> T quietly(Supplier<T> hunt) {
      Level before = LOGGER.getLevel();
      LOGGER.setLevel(Level.OFF);
      try {
        return Apart.run("hunt", hunt);
      } finally {
        LOGGER.setLevel(before);
      }
    }
  }

  /** Prints the table: {@code Mutants trials most}; or, for {@code kept.txt}, a short run for each mutant: {@code Mutants keep most}. */
  public static void main(String... args) throws Exception {
    int most = Integer.parseInt(args[1]);
    if (!args[0].equals("keep")) {
      table(Mutant.ALL, Integer.parseInt(args[0]), most, System.out);
      return;
    }
    for (Mutant mutant : Mutant.ALL) {
      int[] list = shrunk(mutant, 1, most);
      if (list != null) System.out.println(mutant.name().replace(":", "") + ": " + Arrays.toString(list).replaceAll("[\\[\\] ]", ""));
    }
  }

  static List<Mutant> table(List<Mutant> mutants, int trials, int most, PrintStream out) throws Exception {
    List<Mutant> survivors = new ArrayList<>();
    out.printf("%-75s %8s %8s%n", "mutant: seeds to find it", "median", "max");
    for (Mutant mutant : mutants) {
      int[] seeds = new int[trials];
      for (int i = 0; i < trials; i++) {
        int found = seedsToFind(mutant, 1_000_000L * (i + 1), most);
        seeds[i] = found < 0 ? Integer.MAX_VALUE : found;
      }
      Arrays.sort(seeds);
      out.printf("%-75s %8s %8s%n", mutant.name(), text(seeds[trials / 2]), text(seeds[trials - 1]));
      if (seeds[trials - 1] == Integer.MAX_VALUE) survivors.add(mutant);
    }
    return survivors;
  }

  private static String text(int seeds) {
    return seeds == Integer.MAX_VALUE ? "never" : Integer.toString(seeds);
  }
}
