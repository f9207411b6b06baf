package stage.samples.hello;

import stage.samples.OnPurpose;

/** What the printer of {@link Crash} throws. Without a stack: the story on the screen says where it comes from. */
final class PaperJam extends RuntimeException implements OnPurpose {
  private static final long serialVersionUID = 1L;

  PaperJam(String message) {
    super(message, null, false, false);
  }
}
