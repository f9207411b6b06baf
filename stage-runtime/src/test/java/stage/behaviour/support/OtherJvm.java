package stage.behaviour.support;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM like this one, on the same classes: for what wants flags, or an end, of its own. */
public final class OtherJvm {
  private OtherJvm() {}

  /** {@return what starts it; what it says, be it on its standard error, comes as its output} */
  public static ProcessBuilder of(List<String> flags, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp", System.getProperty("java.class.path")));
    command.addAll(flags);
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }
}
