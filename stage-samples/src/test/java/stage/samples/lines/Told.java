package stage.samples.lines;

import java.util.concurrent.CompletableFuture;
import stage.samples.flights.Capture;
import stage.samples.flights.Streams;

/** Runs a sample in this JVM and keeps what it said. */
public final class Told {
  private final Capture out = new Capture();
  private final Capture err = new Capture();
  private final CompletableFuture<Runnable> followed = new CompletableFuture<>();
  private int code = -1;

  /** {@return what a sample said} */
  public static Told by(Program.Body body, String... arguments) {
    var told = new Told();
    told.run(body, arguments);
    return told;
  }

  /** Runs a sample, to its end. */
  public void run(Program.Body body, String... arguments) {
    run(false, body, arguments);
  }

  /** Runs a sample as if somebody looked at what it prints, to its end. */
  public void runOnATerminal(Program.Body body, String... arguments) {
    run(true, body, arguments);
  }

  private void run(boolean outIsTerminal, Program.Body body, String... arguments) {
    code = Program.run("sample", body, new Streams(out, err, outIsTerminal, false), followed::complete, arguments);
  }

  /** {@return what ends the lines that the sample follows} Waits until it does. */
  public Runnable followed() throws Exception {
    return followed.get();
  }

  public int code() {
    return code;
  }

  public String out() {
    return out.text();
  }

  /** Waits until the sample has written this. */
  public void awaitOut(String text) throws InterruptedException {
    out.awaitText(text);
  }

  public String err() {
    return err.text();
  }
}
