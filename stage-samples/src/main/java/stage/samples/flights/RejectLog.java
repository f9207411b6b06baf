package stage.samples.flights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;

/**
 * The stage for malformed lines: counts them, remembers the first few, and writes all of them to a file if one is asked
 * for, in the order they come. Each is a line of input, line number, reason and text, with tabs between.
 *
 * <p>How many there are, the first of them and how long the file is are a state. The fields are a working copy of it: a
 * life that crashes takes them with it, and the next one begins with the state, and cuts off what its predecessor has
 * written since.
 */
final class RejectLog implements Stage.Consumer<Row> {
  /**
   * The result of the turns so far.
   *
   * @param rejects what there is to say
   * @param bytes how long the file is; 0 without one
   */
  private record Kept(Rejects rejects, long bytes) {
    static final Kept NOTHING = new Kept(Rejects.NONE, 0);
  }

  private final Optional<Path> path;
  private final CompletableFuture<Rejects> handover;
  private final Consumer<Rejects> soFar;
  private final TreeSet<Reject> first = new TreeSet<>(Reject.ORDER);   // the parsers may be out of step with each other
  private State<Kept> kept;
  private long count;
  private long headers;
  private RejectFile file;   // null if none is asked for

  RejectLog(Optional<Path> path, CompletableFuture<Rejects> handover) {
    this(path, handover, rejects -> { });
  }

  /**
   * Tells meanwhile how it stands, too.
   *
   * @param soFar is told on the stage's thread
   */
  RejectLog(Optional<Path> path, CompletableFuture<Rejects> handover, Consumer<Rejects> soFar) {
    this.path = path;
    this.handover = handover;
    this.soFar = soFar;
  }

  @Override
  public void onStart(StageContext context) throws IOException {
    kept = context.state("kept", Kept.NOTHING);
    count = kept.value().rejects().count();
    headers = kept.value().rejects().headers();
    first.addAll(kept.value().rejects().first());
    if (path.isEmpty()) return;
    file = context.incarnation() == 1 ? RejectFile.create(path.get())
        : RejectFile.reopen(path.get(), kept.value().bytes());
  }

  @Override
  public void onEvents(List<Row> rows, Inlet<Row> from) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Row row : rows) {
      if (!(row instanceof Reject reject)) continue;
      if (reject.isHeader()) {
        headers++;
        continue;
      }
      count++;
      remember(reject);
      if (file != null) lines.append(line(reject));
    }
    if (file != null) file.write(lines.toString());
    kept.set(new Kept(rejects(), file == null ? 0 : file.size()));
    soFar.accept(rejects());
  }

  /** The numbers may be handed over twice, if a crash comes between that and the end; they are the same. */
  @Override
  public void onComplete() throws IOException {
    closeFile();
    handover.complete(rejects());
  }

  @Override
  public void onStop(StopReason reason) throws IOException {
    closeFile();
  }

  /** {@return what there is to say so far} */
  Rejects rejects() {
    return new Rejects(count, List.copyOf(first), headers);
  }

  private void remember(Reject reject) {
    if (first.size() == Rejects.MOST_NAMED && Reject.ORDER.compare(reject, first.last()) > 0) return;
    first.add(reject);
    if (first.size() > Rejects.MOST_NAMED) first.pollLast();
  }

  private static String line(Reject reject) {
    return reject.input() + '\t' + reject.line() + '\t' + reject.reason() + '\t' + reject.text() + '\n';
  }

  private void closeFile() throws IOException {
    if (file == null) return;
    try {
      file.close();
    } finally {
      file = null;
    }
  }
}
