package stage.simulation;

import java.util.List;

/**
 * A bug for those searches that are not a simulation.
 *
 * @param name what goes wrong
 * @param file which source, below {@code stage/runtime}
 * @param original what is replaced; it must be there
 * @param replacement by what
 */
record PlantedBug(String name, String file, String original, String replacement) {
  /**
   * {@return what a search in an engine with this bug answers}
   *
   * @param search has a public static method {@code search} without parameters, which answers how many runs it took, or
   *     -1
   */
  int find(Class<?> search) throws Exception {
    return (int) ChangedEngine.call(name, file, List.of(new ChangedEngine.Change(original, replacement)), search,
        "search");
  }

  @Override
  public String toString() {
    return name;
  }
}
