package stage.runtime.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import stage.api.LineFormat;
import stage.api.LineReader;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;
import stage.api.pipeline.plan.Site;

/**
 * Emits the lines of files, one file behind the other. An incarnation opens the file that the last one was in, and
 * skips what was emitted.
 */
final class FilesSource implements Stage.Producer<Object> {
  /**
   * Where it is.
   *
   * @param file in which file
   * @param line behind how many lines
   */
  private record Place(int file, long line) {}

  private final Site site;
  private final List<Path> files;
  private State<Place> place;
  private LineReader reader;     // null between two files
  private IOException failure;   // found behind lines that are delivered first; null if there is none
  private int file;
  private long line;

  FilesSource(Site site, List<Path> files) {
    this.site = site;
    this.files = files;
  }

  @Override
  public void onStart(StageContext context) throws IOException {
    place = context.state("place", new Place(0, 0));
    file = place.value().file;
    line = place.value().line;
    if (file == files.size()) return;
    for (long skipped = 0; skipped < line && next() != null;) skipped++;
    if (reader == null) open();   // a file that is not there is told of now
  }

  @Override
  public void onDemand(long demand, Outlet<Object> out) throws IOException {
    if (failure != null) throw failure;
    for (long emitted = 0; emitted < demand && file < files.size() && failure == null;) {
      String next;
      try {
        next = next();
      } catch (IOException broken) {
        if (emitted == 0) throw broken;
        failure = broken;   // the lines before it are published by this turn, and the next one throws
        continue;
      }
      if (next != null) {
        out.emit(next);
        emitted++;
        line++;
      } else {
        close();
        file++;
        line = 0;
      }
    }
    place.set(new Place(file, line));
    if (file == files.size()) out.complete();
  }

  private String next() throws IOException {
    if (reader == null) open();
    try {
      return reader.next();
    } catch (IOException broken) {
      At.mark(broken, site);
      throw broken;
    }
  }

  private void open() throws IOException {
    try {
      reader = LineFormat.DEFAULT.open(files.get(file));
    } catch (IOException broken) {
      At.mark(broken, site);
      throw broken;
    }
  }

  private void close() throws IOException {
    if (reader != null) reader.close();
    reader = null;
  }

  @Override
  public void onStop(StopReason reason) throws IOException {
    close();
  }
}
