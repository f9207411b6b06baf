package stage.samples.flights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * A file that is read as it grows. At its end it tells whether to wait there: a log may be rotated away and begun anew
 * under its name, or be emptied and written from its start.
 */
public final class FollowedFile {
  /** What became of the file since it was opened. */
  public enum Fate {
    /** It may grow. */
    THERE,
    /** Its name now belongs to another file. */
    REPLACED,
    /** It is shorter than what was read of it. */
    TRUNCATED
  }

  private final Path path;
  private final Object identity;   // null where the file system has none; then a replacement shows by its size only
  private final OpenInput open;

  private FollowedFile(Path path, Object identity, OpenInput open) {
    this.path = path;
    this.identity = identity;
    this.open = open;
  }

  /**
   * Opens a file. Its identity is looked up before and after: if they differ, it was replaced in between and nobody
   * knows which one it is.
   */
  public static FollowedFile open(TextInput.File file) throws IOException {
    while (true) {
      file.ensureReadable();
      Object identity = identityOf(file.path());
      OpenInput open = file.open();
      if (Objects.equals(identity, identityOf(file.path()))) return new FollowedFile(file.path(), identity, open);
      open.close();
    }
  }

  /** {@return the file, open for reading} */
  public OpenInput input() {
    return open;
  }

  /** {@return what became of the file} */
  public Fate fate() throws IOException {
    BasicFileAttributes now;
    try {
      now = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return Fate.THERE;   // moved away, and its successor is not there yet
    }
    if (!Objects.equals(now.fileKey(), identity)) return Fate.REPLACED;
    return now.size() < open.position() ? Fate.TRUNCATED : Fate.THERE;
  }

  private static Object identityOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }
}
