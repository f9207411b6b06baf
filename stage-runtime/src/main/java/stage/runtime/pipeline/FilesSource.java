package stage.runtime.pipeline;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;

/**
 * Emits the lines of files, one file behind the other. An incarnation opens the file that the last one was in, and
 * skips what was emitted.
 */
final class FilesSource implements Stage.Producer<Object> {
  /**
   * Where it is.
   *
   * @param file in which file
   * @param line behind so many lines
   */
  private record Place(int file, long line) {}

  private final List<Path> files;
  private State<Place> place;
  private BufferedReader reader;   // null between two files
  private int file;
  private long line;

  FilesSource(List<Path> files) {
    this.files = files;
  }

  @Override
  public void onStart(StageContext context) throws IOException {
    place = context.state("place", new Place(0, 0));
    file = place.value().file;
    line = place.value().line;
    if (file == files.size()) return;
    reader = Files.newBufferedReader(files.get(file));
    for (long skipped = 0; skipped < line && reader.readLine() != null;) skipped++;
  }

  @Override
  public void onDemand(long demand, Outlet<Object> out) throws IOException {
    for (long emitted = 0; emitted < demand && file < files.size();) {
      if (reader == null) reader = Files.newBufferedReader(files.get(file));
      String next = reader.readLine();
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

  private void close() throws IOException {
    if (reader != null) reader.close();
    reader = null;
  }

  @Override
  public void onStop(StopReason reason) throws IOException {
    close();
  }
}
