package stage.samples.lines;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import stage.samples.flights.Streams;

/** Runs a sample in this JVM and keeps what it said. */
public final class Told {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CompletableFuture<Lines> followed = new CompletableFuture<>();
  private int code = -1;

  /** {@return what a sample said} */
  public static Told by(Program.Body body, String... arguments) {
    var told = new Told();
    told.run(body, arguments);
    return told;
  }

  /** Runs a sample, to its end. */
  public void run(Program.Body body, String... arguments) {
    code = Program.run("sample", body, new Streams(out, err, false, false), followed::complete, arguments);
  }

  /** Waits until the sample follows lines. */
  public Lines followed() throws Exception {
    return followed.get();
  }

  public int code() {
    return code;
  }

  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
