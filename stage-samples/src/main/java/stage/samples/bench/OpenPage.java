package stage.samples.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.observe.WatchPage;
import stage.api.supervision.Supervisor;

/**
 * How much of a core an open page takes with a hundred stages: what this process uses while they have nothing to do,
 * with a client that follows the page, and without.
 *
 * @param goals what Stage is to show
 */
record OpenPage(List<Goal> goals) implements Scenario {
  private static final int PAIRS = 50;
  private static final int MOST_ROUNDS = 5;

  @Override
  public String name() {
    return "page";
  }

  @Override
  public String about() {
    return "a page that somebody looks at, of 100 stages that have nothing to do, its client included";
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    try (var app = Supervisor.open("bench")) {
      for (int i = 0; i < PAIRS; i++) {
        var silent = app.start(Stage.producer("silent-" + i, () -> (Stage.Producer<Long>) (demand, out) -> {}));
        app.start(Stage.consumer("waiting-" + i, silent, () -> (events, from) -> {}).withDemand(Demand.max(10)));
      }
      Duration look = effort.peak().dividedBy(2);   // seconds: the kernel counts in hundredths of them
      share(app, true, look);   // to warm up
      List<String> names = List.of(Stages.NAME, "Stage, no page");
      List<Samples> samples = Rounds.alternate(names, Math.min(MOST_ROUNDS, effort.rounds()),
          name -> share(app, name.equals(Stages.NAME), look));
      List<Result.Score> scores = new ArrayList<>();
      for (int i = 0; i < samples.size(); i++) scores.add(new Result.Score(names.get(i), samples.get(i)));
      return List.of(Result.of(name(), about(), "% of a core", scores, goals));
    }
  }

  private static double share(Supervisor app, boolean isOpen, Duration look) throws Exception {
    if (!isOpen) return share(null, look);
    try (WatchPage page = app.openPage(0);
        var socket = new Socket(page.address().getHost(), page.address().getPort())) {
      String request = "GET /events HTTP/1.1\r\nHost: 127.0.0.1:" + page.address().getPort() + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return share(socket, look);
    }
  }

  /** Reads what comes, if anything does, for the time of a look. */
  private static double share(Socket socket, Duration look) throws IOException {
    long start = System.nanoTime();
    long end = start + look.toNanos();
    Duration before = used();
    if (socket == null) {
      while (end - System.nanoTime() > 0) LockSupport.parkNanos(end - System.nanoTime());
    } else {
      InputStream in = socket.getInputStream();
      byte[] bytes = new byte[64 * 1024];
      while (end - System.nanoTime() > 0) if (in.read(bytes) < 0) throw new IOException("the page has gone");
    }
    return 100.0 * used().minus(before).toNanos() / (System.nanoTime() - start);
  }

  private static Duration used() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
