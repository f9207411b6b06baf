package stage.samples.watch;

import java.util.function.Consumer;
import stage.api.observe.Registration;
import stage.api.supervision.Supervisor;

/** How a sample shows its stages while they run. */
public sealed interface WatchMode {
  /** Not at all. */
  record Nowhere() implements WatchMode {}

  /** As text on standard error. */
  record OnTerminal() implements WatchMode {}

  /**
   * As a web page of this machine.
   *
   * @param port where; 0 for any that is free
   */
  record OnPage(int port) implements WatchMode {}

  /** What one may say after {@code --watch=}. */
  String VALUES = "a port from 0 to 65535, or tty";

  /**
   * {@return what an option says}
   *
   * @param value what stands behind the equals sign; empty without one
   * @throws IllegalArgumentException if it is neither a port nor {@code tty}; the message says what it was
   */
  static WatchMode of(String value) {
    if (value.isEmpty()) return new OnPage(0);
    if (value.equals("tty")) return new OnTerminal();
    if (value.matches("[0-9]{1,5}") && Integer.parseInt(value) <= 65_535) return new OnPage(Integer.parseInt(value));
    throw new IllegalArgumentException("--watch must be " + VALUES + ", but was \"" + value + "\"");
  }

  /**
   * Begins to show a scope.
   *
   * @param scope which
   * @param out takes the text for standard error
   * @param isTerminal whether that is a terminal
   * @return ends it
   * @throws java.io.UncheckedIOException if the port is taken
   */
  default Registration begin(Supervisor scope, Consumer<String> out, boolean isTerminal) {
    return switch (this) {
      case Nowhere nowhere -> () -> { };
      case OnTerminal onTerminal -> {
        TerminalWatch watch = TerminalWatch.start(scope, out, isTerminal);
        yield watch::close;
      }
      case OnPage page -> {
        var shown = scope.openPage(page.port());
        out.accept("watch: " + shown.address() + "\n");
        yield shown;
      }
    };
  }
}
