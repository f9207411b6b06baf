package stage.samples.flights;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;

/**
 * The stage for malformed lines: counts them, remembers the first few, and writes all of them to a file if one is asked for, in the order
 * they come. Each is a line of input, line number, reason and text, with tabs between.
 */
final class RejectLog implements Stage.Consumer<Row> {
  private final Optional<Path> path;
  private final CompletableFuture<Rejects> handover;
  private final TreeSet<Reject> first = new TreeSet<>(Reject.ORDER);   // the parsers may be out of step with each other
  private long count;
  private Writer file;   // null if none is asked for

  RejectLog(Optional<Path> path, CompletableFuture<Rejects> handover) {
    this.path = path;
    this.handover = handover;
  }

  @Override
  public void onStart(StageContext context) throws IOException {
    if (path.isEmpty()) return;
    try {
      file = Files.newBufferedWriter(path.get(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  @Override
  public void onEvents(List<Row> rows, Inlet<Row> from) throws IOException {
    for (Row row : rows) {
      if (!(row instanceof Reject reject)) continue;
      count++;
      remember(reject);
      if (file != null) write(reject);
    }
  }

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
    return new Rejects(count, List.copyOf(first));
  }

  private void remember(Reject reject) {
    if (first.size() == Rejects.MOST_NAMED && Reject.ORDER.compare(reject, first.last()) > 0) return;
    first.add(reject);
    if (first.size() > Rejects.MOST_NAMED) first.pollLast();
  }

  private void write(Reject reject) throws IOException {
    try {
      file.write(reject.input() + '\t' + reject.line() + '\t' + reject.reason() + '\t' + reject.text() + '\n');
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private void closeFile() throws IOException {
    if (file == null) return;
    try {
      file.close();
    } catch (IOException e) {
      throw cannotWrite(e);
    } finally {
      file = null;
    }
  }

  private JobFailed cannotWrite(IOException e) {
    return new JobFailed("cannot write the rejects to " + Quoted.plain(path.get().toString()) + ": " + Reason.of(e), e);
  }
}
