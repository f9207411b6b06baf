package stage.samples.bench;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.observe.WatchPage;
import stage.api.supervision.Supervisor;

/**
 * How much of a core the threads of an open page take, with a client that follows it.
 *
 * @param goals what Stage is to show
 */
record OpenPage(List<Goal> goals) implements Scenario {
  private static final List<Integer> SIZES = List.of(100, 400);
  private static final int MOST_ROUNDS = 5;

  @Override
  public String name() {
    return "page";
  }

  @Override
  public String about() {
    return "the threads of a page that somebody looks at, of 100 stages, half of which wait for the others";
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    Duration look = effort.peak().dividedBy(2);
    share(SIZES.getFirst(), look);   // to warm up
    List<Samples> samples =
        Rounds.alternate(SIZES, Math.min(MOST_ROUNDS, effort.rounds()), size -> share(size, look));
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      String name = i == 0 ? Stages.NAME : Stages.NAME + ", " + SIZES.get(i) + " stages";
      scores.add(new Result.Score(name, samples.get(i)));
    }
    return List.of(Result.of(name(), about(), "% of a core", scores, goals));
  }

  private static double share(int stages, Duration look) throws Exception {
    try (var app = Supervisor.open("bench")) {
      for (int i = 0; i < stages / 2; i++) {
        var silent = app.start(Stage.producer("silent-" + i, () -> (Stage.Producer<Long>) (demand, out) -> {}));
        app.start(Stage.consumer("waiting-" + i, silent, () -> (events, from) -> {}).withDemand(Demand.max(10)));
      }
      return share(app, look);
    }
  }

  private static double share(Supervisor app, Duration look) throws IOException {
    try (WatchPage page = app.openPage(0);
        var socket = new Socket(page.address().getHost(), page.address().getPort())) {
      String request = "GET /events HTTP/1.1\r\nHost: 127.0.0.1:" + page.address().getPort() + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      byte[] bytes = new byte[64 * 1024];
      if (in.read(bytes) < 0) throw new IOException("the page has gone");
      long before = used();
      long start = System.nanoTime();
      while (System.nanoTime() - start < look.toNanos()) {
        if (in.read(bytes) < 0) throw new IOException("the page has gone");
      }
      return 100.0 * (used() - before) / (System.nanoTime() - start);
    }
  }

  /** {@return the processor time of the page's threads so far, in nanoseconds} None of them ends meanwhile. */
  private static long used() {
    ThreadMXBean times = ManagementFactory.getThreadMXBean();
    return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("stage-page"))
        .mapToLong(thread -> Math.max(0, times.getThreadCpuTime(thread.threadId()))).sum();
  }
}
