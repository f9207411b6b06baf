package stage.samples.flights;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the program writes to.
 *
 * @param out the table
 * @param err everything else
 * @param outIsTerminal whether a person looks at {@code out}
 * @param errIsTerminal whether a person looks at {@code err}
 */
public record Streams(OutputStream out, OutputStream err, boolean outIsTerminal, boolean errIsTerminal) {
  /**
   * {@return those of the process} Unbuffered and not a {@code PrintStream}, which would swallow that nobody reads any
   * more.
   */
  public static Streams ofProcess() {
    return new Streams(new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err),
        isTerminal("stdout", 1),
        isTerminal("stderr", 2));
  }

  /**
   * Writes to {@code out}.
   *
   * @throws OutputClosed if nobody reads it any more
   * @throws JobFailed if it cannot be written for another reason
   */
  public void print(String text) throws IOException {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      if (OutputClosed.isSaidBy(e)) throw new OutputClosed(e);
      throw new JobFailed("cannot write to standard output: " + Reason.of(e), e);
    }
  }

  /** Writes to {@code err}, as well as that goes: that nobody can be told is nothing to fail for. */
  public void tell(String text) {
    try {
      err.write(text.getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException nobodyListens) {
      // there is no other place to say so
    }
  }

  /**
   * Asks the launcher, which can ask the system; {@code System.console()} answers for both streams at once, and
   * differently since JDK 22. Without the launcher, Linux knows where a descriptor leads to.
   */
  private static boolean isTerminal(String stream, int descriptor) {
    String told = System.getProperty("stage." + stream + ".tty");
    if (told != null) return Boolean.parseBoolean(told);
    if ("dumb".equals(System.getenv("TERM"))) return false;   // it prints control sequences instead of obeying them
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException notLinux) {
      return false;
    }
  }
}
