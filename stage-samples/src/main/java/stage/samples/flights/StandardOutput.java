package stage.samples.flights;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Optional;

/** Looks after the samples that print by {@code System.out}, which hides it when a write fails. */
public final class StandardOutput {
  private StandardOutput() {}

  /** Ends the JVM with 1, and a sentence on standard error, if something could not be printed. */
  public static void check(String sample) {
    failure().ifPresent(reason -> {
      System.err.println(sample + ": cannot write to standard output: " + reason);
      System.exit(1);
    });
  }

  /** {@return why something could not be printed; empty if all was, or nobody reads any more, as after head -1} */
  public static Optional<String> failure() {
    if (!System.out.checkError()) return Optional.empty();
    try {
      new FileOutputStream(FileDescriptor.out).write('\n');   // once more, to learn why
      return Optional.of("a write has failed");
    } catch (IOException e) {
      return OutputClosed.isSaidBy(e) ? Optional.empty() : Optional.of(Reason.of(e));
    }
  }
}
