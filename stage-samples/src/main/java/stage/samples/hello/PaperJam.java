package stage.samples.hello;

/** What the printer of {@link Crash} throws. Without a stack: the story on the screen says where it comes from. */
public final class PaperJam extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PaperJam(String message) {
    super(message, null, false, false);
  }
}
