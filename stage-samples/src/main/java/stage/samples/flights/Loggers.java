package stage.samples.flights;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.text.MessageFormat;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import stage.samples.OnPurpose;

/**
 * The log of the programs in this module: standard error, from {@code INFO} on, but without what the program tells in
 * its own words. The engine has a line and a stack for each restart; after {@linkplain PlannedCrash planned crashes}
 * they would come by the thousand, and {@code --chaos} sums them up; {@code hello --crash} tells each by itself. That
 * there was one too many is told.
 */
public final class Loggers extends System.LoggerFinder {
  private static final Pattern CAUSE = Pattern.compile("cause=([\\w.$]+)");

  /** Made by the JDK, once. */
  public Loggers() {}

  @Override
  public System.Logger getLogger(String name, Module module) {
    return new OnStandardError(name);
  }

  private record OnStandardError(String name) implements System.Logger {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      return level != Level.OFF && level.getSeverity() >= Level.INFO.getSeverity();
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
      if (!isLoggable(level) || isTold(level, message, thrown)) return;
      StringWriter stack = new StringWriter();
      if (thrown != null) thrown.printStackTrace(new PrintWriter(stack, true));   // into the text of the line
      System.err.print(level + " " + name + ": " + translated(bundle, message) + System.lineSeparator() + stack);
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
      if (!isLoggable(level)) return;
      String text = translated(bundle, format);
      log(level, null, parameters == null || parameters.length == 0 ? text : MessageFormat.format(text, parameters),
          (Throwable) null);
    }

    private static boolean isTold(Level level, String message, Throwable thrown) {
      if (thrown instanceof OnPurpose || thrown == null && message != null && isOnPurpose(message)) {
        return level.getSeverity() < Level.ERROR.getSeverity();
      }
      // ends the job: in one sentence, or quietly
      return thrown instanceof JobFailed || thrown instanceof OutputClosed;
    }

    /** The trace of a failure is logged once; when it comes again, the line names the class of its cause. */
    private static boolean isOnPurpose(String message) {
      Matcher cause = CAUSE.matcher(message);
      if (!cause.find()) return false;
      try {
        return OnPurpose.class.isAssignableFrom(Class.forName(cause.group(1), false, Loggers.class.getClassLoader()));
      } catch (ClassNotFoundException notOfOurs) {
        return false;
      }
    }

    private static String translated(ResourceBundle bundle, String key) {
      try {
        return bundle == null || key == null ? key : bundle.getString(key);
      } catch (MissingResourceException isNoKey) {
        return key;
      }
    }
  }
}
