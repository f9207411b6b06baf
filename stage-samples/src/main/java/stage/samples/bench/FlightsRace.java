package stage.samples.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import stage.samples.flights.FlightCount;
import stage.samples.flights.Key;

/**
 * A job from the file to the table: read, parse, group, aggregate. The tables must be the same to the letter.
 *
 * @param goals what Stage is to show
 */
record FlightsRace(List<Goal> goals) implements Scenario {
  static final String PARALLEL_STREAM = "Files.lines.parallel, grouping";

  private static final String FLIGHTS = "flights-20k.csv";
  private static final int PARTITIONS = 4;

  private interface Job {
    String csv(Path file) throws Exception;
  }

  private record Contender(String name, Job job) {}

  private static final List<Contender> CONTENDERS = List.of(
      new Contender(Stages.NAME, file -> FlightCount.csv(file, Key.ORIGIN, PARTITIONS)),
      new Contender("Files.lines, one thread", FlightsByStream::csvInOneThread),
      new Contender(PARALLEL_STREAM, FlightsByStream::csvInParallel));

  @Override
  public String name() {
    return "flights";
  }

  @Override
  public String about() {
    return "delays of flights by airport, from the file to the table";
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    Path file = Files.createTempFile("stage-bench", ".csv");
    try {
      int rows = write(file, effort.rows());
      String expected = FlightsByStream.csvInOneThread(file);
      WarmUp.all(CONTENDERS, effort, contender -> run(contender, file, expected));
      List<Samples> samples =
          Rounds.alternate(CONTENDERS, effort.rounds(), contender -> (double) run(contender, file, expected) / rows);
      List<Result.Score> scores = new ArrayList<>();
      for (int i = 0; i < samples.size(); i++) scores.add(new Result.Score(CONTENDERS.get(i).name(), samples.get(i)));
      return List.of(Result.of(name(), String.format("%,d ", rows) + about(), "ns per row", scores, goals));
    } finally {
      Files.delete(file);
    }
  }

  private long run(Contender contender, Path file, String expected) throws Exception {
    long start = System.nanoTime();
    String table = contender.job().csv(file);
    long nanos = System.nanoTime() - start;
    WrongResult.ensure(name(), contender.name(), table, expected);
    return nanos;
  }

  /** Writes the flights that come with the program over and over. Answers how many rows there are. */
  private static int write(Path file, int atLeast) throws IOException {
    byte[] flights = flights();
    int header = 0;
    while (flights[header++] != '\n') {}
    int rowsInFlights = 0;
    for (int i = header; i < flights.length; i++) if (flights[i] == '\n') rowsInFlights++;
    int rows = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(flights, 0, header);
      for (; rows < atLeast; rows += rowsInFlights) out.write(flights, header, flights.length - header);
    }
    return rows;
  }

  private static byte[] flights() throws IOException {
    try (InputStream in = FlightCount.class.getResourceAsStream(FLIGHTS)) {
      return in.readAllBytes();
    }
  }
}
