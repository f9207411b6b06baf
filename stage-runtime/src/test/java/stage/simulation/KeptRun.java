package stage.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A run that once failed.
 *
 * @param name what was wrong; where it is the name of a mutant, that one fails in this run
 * @param choices the run
 */
record KeptRun(String name, int[] choices) {
  /** {@return all that are in {@code kept.txt}} */
  static List<KeptRun> all() {
    try (var in = KeptRun.class.getResourceAsStream("kept.txt")) {
      List<KeptRun> all = new ArrayList<>();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (line.isBlank() || line.startsWith("#")) continue;
        int colon = line.lastIndexOf(':');
        String choices = line.substring(colon + 1).strip();   // none at all, if the dullest run is the one
        int[] numbers =
            choices.isEmpty() ? new int[0] : Arrays.stream(choices.split(",")).mapToInt(Integer::parseInt).toArray();
        all.add(new KeptRun(line.substring(0, colon).strip(), numbers));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return it as a line of {@code kept.txt}} */
  @Override
  public String toString() {
    return name + ": " + Arrays.toString(choices).replaceAll("[\\[\\] ]", "");
  }
}
