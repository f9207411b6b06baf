package stage.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * How bytes become lines: for {@link Stage#ofLines(String, InputStream, LineFormat)} and {@link Stage#ofPath(String,
 * Path, LineFormat)}, which read alike.
 *
 * <p>A line ends with {@code \n}, {@code \r\n} or {@code \r}, or with the text. A byte order mark at the beginning of
 * the text is no part of its first line. A failure to read, to decode or to end a line says in which line of which file
 * it happened, and comes after all lines before that one.
 *
 * @param charset the character set
 * @param replacing whether what is not in that character set becomes the replacement character {@code U+FFFD}; else it
 *     is a failure
 * @param longest the longest line there may be, in characters; a longer one is a failure
 * @since 0.1
 */
public record LineFormat(Charset charset, boolean replacing, int longest) {
  /** UTF-8, what is not is replaced, and lines of up to 1,048,576 characters. */
  public static final LineFormat DEFAULT = new LineFormat(StandardCharsets.UTF_8, true, 1 << 20);

  private static final int BUFFER = 1 << 15;

  /**
   * Checks the format.
   *
   * @throws IllegalArgumentException if {@code longest} is below 1
   */
  public LineFormat {
    Objects.requireNonNull(charset, "charset must not be null");
    if (longest < 1)
      throw new IllegalArgumentException("the longest line must be at least 1 character long, but was " + longest);
  }

  /**
   * {@return the default, in another character set}
   *
   * @param charset the character set
   */
  public static LineFormat of(Charset charset) {
    return new LineFormat(charset, DEFAULT.replacing, DEFAULT.longest);
  }

  /** {@return this format, in which what is not in its character set is a failure} */
  public LineFormat strict() {
    return new LineFormat(charset, false, longest);
  }

  /**
   * {@return this format with another bound for lines}
   *
   * @param longest the longest line there may be, in characters, at least 1
   * @throws IllegalArgumentException if {@code longest} is below 1
   */
  public LineFormat withLongest(int longest) {
    return new LineFormat(charset, replacing, longest);
  }

  /**
   * {@return the lines of a file, which is opened now} A file whose name ends with {@code .gz} is unpacked.
   *
   * @param file which
   * @throws IOException if it cannot be opened, is a directory, or is no gzip file though its name says so
   */
  public LineReader open(Path file) throws IOException {
    Objects.requireNonNull(file, "file must not be null");
    if (Files.isDirectory(file)) throw new FileSystemException(file.toString(), null, "is a directory, not a file");
    InputStream bytes;
    try {
      bytes = Files.newInputStream(file);
    } catch (NoSuchFileException missing) {
      throw because(missing, new NoSuchFileException(file.toString(), null, "there is no such file"));
    } catch (AccessDeniedException denied) {
      throw because(denied, new AccessDeniedException(file.toString(), null, "no permission to read it"));
    }
    return new LineReader(file.toString().endsWith(".gz") ? unpacked(bytes, file) : bytes, file.toString(), this);
  }

  /** {@return an exception that says in words what the JDK's says by its type only} */
  private static FileSystemException because(FileSystemException cause, FileSystemException inWords) {
    inWords.initCause(cause);
    return inWords;
  }

  private static InputStream unpacked(InputStream packed, Path file) throws IOException {
    try {
      return new GZIPInputStream(packed, BUFFER);
    } catch (IOException e) {
      packed.close();
      throw new IOException("cannot unpack " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * {@return the lines of a text}
   *
   * @param text the text; closed with the reader
   */
  public LineReader read(InputStream text) {
    return new LineReader(Objects.requireNonNull(text, "text must not be null"), "the text", this);
  }
}
