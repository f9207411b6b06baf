package stage.samples.watch;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import stage.api.observe.Explanation;
import stage.api.observe.Rates;
import stage.api.observe.Registration;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.api.supervision.Supervisor;

/**
 * Draws a scope on a terminal twice a second, each picture over the one before. On what is no terminal it writes one
 * after half a second and then every ten seconds, without any control sequence.
 */
public final class TerminalWatch implements AutoCloseable {
  private static final Duration ON_A_TERMINAL = Duration.ofMillis(500);
  private static final Duration ELSEWHERE = Duration.ofSeconds(10);

  private final Supervisor scope;
  private final Consumer<String> out;
  private final boolean isTerminal;
  private final TreeView view;
  private final Rates rates = new Rates();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread thread;
  private volatile Explanation latest;   // the explaining thread; null before its first
  private int drawn;   // lines of the last picture; the drawing thread only

  private TerminalWatch(Supervisor scope, Consumer<String> out, boolean isTerminal, boolean isColored) {
    this.scope = scope;
    this.out = out;
    this.isTerminal = isTerminal;
    this.view = new TreeView(isTerminal && isColored);
    this.thread = Thread.ofPlatform().daemon().name("watch").unstarted(this::run);
  }

  /**
   * Begins to draw.
   *
   * @param scope what to draw
   * @param out takes the text
   * @param isTerminal whether that is a terminal; colors are used there, unless the environment says {@code NO_COLOR}
   * @return to end it
   */
  public static TerminalWatch start(Supervisor scope, Consumer<String> out, boolean isTerminal) {
    TerminalWatch watch = of(scope, out, isTerminal, System.getenv());
    watch.thread.start();
    return watch;
  }

  /** {@return one that has not begun yet} */
  static TerminalWatch of(Supervisor scope, Consumer<String> out, boolean isTerminal, Map<String, String> environment) {
    return new TerminalWatch(scope, out, isTerminal, environment.getOrDefault("NO_COLOR", "").isEmpty());
  }

  private void run() {
    Registration watching = scope.watch();
    Thread.ofPlatform().daemon().name("watch-explain").start(this::explain);
    try {
      long millis = ON_A_TERMINAL.toMillis();   // also elsewhere, before the first one: the program may be over soon
      while (!over.await(millis, TimeUnit.MILLISECONDS)) {
        draw();
        if (!isTerminal) millis = ELSEWHERE.toMillis();
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    } finally {
      watching.close();
    }
  }

  /** On a thread of its own: what has just begun to stand still takes some seconds to explain. */
  private void explain() {
    try {
      do latest = scope.explain();
      while (!over.await(ON_A_TERMINAL.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  void draw() {
    if (drawn == 0) rates.add(scope.tree());   // else the first picture, which may be the only one, would say 0 of all
    Explanation explanation = latest;
    if (explanation == null) explanation = scope.explain();
    TreeSnapshot tree = scope.tree();
    rates.add(tree);
    TreeRates ofTheSecond = rates.over(Rates.Window.SECOND);
    List<String> lines = view.draw(tree, ofTheSecond, explanation.beside(tree, ofTheSecond));
    String back = isTerminal && drawn > 0 ? "\r\033[" + drawn + "A\033[J" : "";
    String picture = back + String.join("\n", lines) + "\n";
    // A narrow terminal cuts lines off: if it wrapped them, they could not be drawn over.
    out.accept(isTerminal ? "\033[?7l" + picture + "\033[?7h" : picture);
    drawn = lines.size();
  }

  /** Draws no more; the last picture stays. */
  @Override
  public void close() {
    over.countDown();
  }
}
