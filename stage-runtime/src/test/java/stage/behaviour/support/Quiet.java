package stage.behaviour.support;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Has Stage log nothing while a class of tests runs, in which crashes come by the thousand. */
public final class Quiet implements BeforeAllCallback, AfterAllCallback {
  private final Logger logger = Logger.getLogger("stage");   // kept, or its level is forgotten with it
  private Level before;
  private int classes;   // that run: a nested class runs within another one

  @Override
  public void beforeAll(ExtensionContext context) {
    if (classes++ > 0) return;
    before = logger.getLevel();
    logger.setLevel(Level.OFF);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (--classes == 0) logger.setLevel(before);
  }
}
