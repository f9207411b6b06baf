package stage.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import stage.behaviour.support.OtherJvm;
import stage.runtime.simulation.OnVirtualThread;
import stage.runtime.simulation.RecordedChoices;

/**
 * Renews what is known of planted bugs: how soon each is found, in docs/testing-the-engine.md, and a short run that
 * leads to it, in kept.txt. A run that still leads to its bug stays as it is.
 *
 * <p>There is a JVM for each processor, and each looks for one bug after the other. What is found out is kept in a file
 * below {@code target}; begun again for the same classes and sizes, a renewal goes on where it was interrupted.
 */
final class Renewal {
  private static final Path RUNS = Path.of("src", "test", "resources", "stage", "simulation", "kept.txt");
  private static final int LONGEST_RUN = 400;
  private static final List<String> FLAGS = Stream.concat(OtherJvm.SIMULATING.stream(),
      Stream.of("-Dstage.mutants.shrinkSeconds=8")).toList();

  private final int series;
  private final int most;
  private final Path progress;
  private final Map<String, String> known = new ConcurrentHashMap<>();   // answers of workers, by bug
  private final Queue<String> open = new ConcurrentLinkedQueue<>();

  /**
   * @param series how often to look for each bug
   * @param most how many seeds to try each time
   */
  Renewal(int series, int most) throws IOException {
    this.series = series;
    this.most = most;
    this.progress = Path.of("target", "planted-bugs-%d-%d-%08x.txt".formatted(series, most, fingerprint()));
  }

  /** {@return a number for all that decides on what is found: the classes of the engine and of the simulation} */
  private static long fingerprint() throws IOException {
    var sum = new CRC32();
    for (String root : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
      if (!Files.isDirectory(Path.of(root))) continue;
      try (Stream<Path> files = Files.walk(Path.of(root))) {
        for (Path file : files.filter(Renewal::decides).sorted().toList()) sum.update(Files.readAllBytes(file));
      }
    }
    return sum.getValue();
  }

  private static boolean decides(Path file) {
    String name = file.toString().replace('\\', '/');
    return name.endsWith(".class") && (name.contains("/stage/simulation/") || !name.contains("test"));
  }

  void run() throws Exception {
    Files.createDirectories(progress.getParent());
    if (Files.exists(progress)) {
      for (String line : Files.readAllLines(progress)) known.put(line.substring(0, line.indexOf('\t')), line);
      System.out.println(known.size() + " planted bugs are known from before, from " + progress);
    }
    for (Mutant mutant : Mutant.ALL) if (!known.containsKey(mutant.name())) open.add(mutant.name());
    try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = Runtime.getRuntime().availableProcessors(); i > 0; i--) all.add(workers.submit(this::employ));
      for (Future<?> each : all) each.get();
    }
    List<MutantsTable.Row> rows = new ArrayList<>();
    for (Mutant mutant : Mutant.ALL) {
      String[] answer = known.get(mutant.name()).split("\t", -1);
      rows.add(new MutantsTable.Row(mutant.name(), Integer.parseInt(answer[1]), Integer.parseInt(answer[2])));
    }
    MutantsTable.write(rows);
    writeRuns();
    writeFaultsOfOld();
  }

  /** Has a JVM look for bugs until there are none left. */
  private Void employ() throws IOException, InterruptedException {
    if (open.isEmpty()) return null;
    Process worker =
        OtherJvm.of(FLAGS, Worker.class, String.valueOf(series), String.valueOf(most)).start();
    try (var out = worker.inputReader(StandardCharsets.UTF_8);
        var in = new PrintWriter(worker.outputWriter(StandardCharsets.UTF_8), true)) {
      for (String name = open.poll(); name != null; name = open.poll()) {
        in.println(name);
        String answer = out.readLine();
        if (answer == null || !answer.startsWith(name + "\t"))
          throw new IOException("the search for \"" + name + "\" says: " + answer);
        known.put(name, answer);
        Files.writeString(progress, answer + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        System.out.println(answer.substring(0, answer.lastIndexOf('\t')).replace('\t', ' '));
      }
    } finally {
      worker.destroy();
    }
    return null;
  }

  private static void writeFaultsOfOld() throws IOException, InterruptedException {
    MutantsTable.writeFaultsOfOld(OtherJvm.run("found ", OtherJvm.SIMULATING, OldFaults.class).stream()
        .filter(line -> line.startsWith("found ")).map(line -> line.split(" ", 3))
        .map(words -> "| " + words[2] + " | " + words[1] + " |").toList());
  }

  private void writeRuns() throws IOException {
    List<String> lines = new ArrayList<>();
    List<String> had = new ArrayList<>();
    for (String line : Files.readAllLines(RUNS)) {
      String name = line.startsWith("#") || line.isBlank() ? null : line.substring(0, line.lastIndexOf(':')).strip();
      had.add(name);
      String run = name == null || !known.containsKey(name) ? line : runOf(name, line);
      if (run.isEmpty()) System.out.println("no run that is short enough leads to: " + name);
      else lines.add(run);
    }
    for (Mutant mutant : Mutant.ALL)
      if (!had.contains(mutant.name()) && !runOf(mutant.name(), "").isEmpty()) lines.add(runOf(mutant.name(), ""));
    Files.write(RUNS, lines);
  }

  private String runOf(String name, String before) {
    String answer = known.get(name).split("\t", -1)[3];
    return answer.equals("kept") ? before : answer.isEmpty() ? "" : name + ": " + answer;
  }

  /** Reads the names of bugs, and answers with what is found of each: its median, its maximum, its run. */
  public static final class Worker {
    private Worker() {}

    public static void main(String... args) throws Exception {
      java.util.logging.LogManager.getLogManager().reset();
      var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String name = in.readLine(); name != null; name = in.readLine()) {
        MutantsTable.Row row = Mutants.row(Mutants.named(name), Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        System.out.println(name + "\t" + row.median() + "\t" + row.max() + "\t" + run(Mutants.named(name), row));
      }
    }

    /** {@return "kept" if the run that there is will do, another one, or nothing if none is found} */
    private static String run(Mutant mutant, MutantsTable.Row row) throws Exception {
      for (KeptRun kept : KeptRun.all())
        if (kept.name().equals(mutant.name()) && Mutants.fails(mutant, kept.choices())) return "kept";
      for (int series = 1; series <= 3 && row.median() != MutantsTable.NEVER; series++) {
        int[] run = Mutants.shrunk(mutant, Mutants.SERIES * series, row.max());
        if (run == null || run.length > LONGEST_RUN) continue;
        boolean holds = OnVirtualThread.run("without the bug",
            () -> Simulation.run(RecordedChoices.replaying(run)).failure() == null);
        if (holds) return Arrays.toString(run).replaceAll("[\\[\\] ]", "");
      }
      return "";
    }
  }
}
