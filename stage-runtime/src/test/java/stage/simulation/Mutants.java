package stage.simulation;

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
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import stage.api.StageRef;
import stage.runtime.time.RecordedChoices;
import stage.runtime.time.Time;

/** Makes mutants of the engine, and counts how many seeds it takes until one of them is found out. */
public final class Mutants {
  private static final Path SOURCES = Path.of("src/main/java/stage/runtime");

  private Mutants() {}

  /** {@return how many seeds, from the first on, it takes to find the mutant; -1 if so many do not find it} */
  static int seedsToFind(Mutant mutant, long first, int most) throws Exception {
    Path classes = Files.createTempDirectory("stage-mutant");
    try {
      compile(mutant, classes);
      URL[] path = {url(classes), where(Time.class), where(StageRef.class), where(Mutants.class)};
      try (var loader = new URLClassLoader("mutant", path, ClassLoader.getPlatformClassLoader())) {
        Method run = loader.loadClass(Hunt.class.getName()).getMethod("seeds", long.class, int.class);
        return (int) run.invoke(null, first, most);
      }
    } finally {
      try (var files = Files.walk(classes)) {
        for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(file);
      }
    }
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
    List<String> options = List.of("-d", target.toString(), "-cp", Path.of(uri(where(Time.class))) + java.io.File.pathSeparator + Path.of(uri(where(StageRef.class))),
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
    private static final java.util.logging.Logger LOGGER = java.util.logging.Logger.getLogger("stage");

    private Hunt() {}

    /** {@return how many seeds it took; -1 if none of them failed} */
    public static int seeds(long first, int most) throws Exception {
      java.util.logging.Level before = LOGGER.getLevel();
      LOGGER.setLevel(java.util.logging.Level.OFF);
      int[] found = {-1};
      try {
        Thread.ofVirtual().start(() -> {
          for (int i = 0; i < most && found[0] < 0; i++) if (Simulation.run(RecordedChoices.ofSeed(first + i)).failure() != null) found[0] = i + 1;
        }).join();
      } finally {
        LOGGER.setLevel(before);
      }
      return found[0];
    }
  }

  /** Prints the table: {@code Mutants trials most}. */
  public static void main(String... args) throws Exception {
    int trials = Integer.parseInt(args[0]);
    int most = Integer.parseInt(args[1]);
    table(Mutant.ALL, trials, most, System.out);
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
