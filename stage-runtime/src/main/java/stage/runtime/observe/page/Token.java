package stage.runtime.observe.page;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What one must know to do more with a page than look at it: 128 bits that nobody can guess.
 *
 * @param text as it is in the address
 */
record Token(String text) {
  private static final int BYTES = 16;

  static Token random() {
    var bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return new Token(HexFormat.of().formatHex(bytes));
  }

  /** {@return whether this is it} How long that takes does not tell how much of it is right. */
  boolean is(String given) {
    return MessageDigest.isEqual(text.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }

  /** Says nothing, so that it gets into no log. */
  @Override
  public String toString() {
    return "Token[…]";
  }
}
