package stage.simulation;

import java.util.List;

/**
 * A bug for those searches that are not a simulation of the engine alone.
 *
 * @param name what goes wrong
 * @param file which source, below {@code stage/runtime}
 * @param original what is replaced; it must be there
 * @param replacement by what
 */
public record PlantedBug(String name, String file, String original, String replacement) {
  private List<ChangedEngine.Change> changes() {
    return List.of(new ChangedEngine.Change(original, replacement));
  }

  /** Fails unless the source has what is replaced. */
  public void ensureIsThere() throws Exception {
    ChangedEngine.ensureIsThere(name, file, changes());
  }

  /**
   * {@return what a search in an engine with this bug answers}
   *
   * @param search has a public static method {@code search} without parameters, which answers how many runs it took, or
   *     -1
   */
  public int find(Class<?> search) throws Exception {
    return (int) ChangedEngine.call(name, file, changes(), search, "search");
  }

  Mutant asMutant() {
    return new Mutant(name, file, changes(), false);
  }

  @Override
  public String toString() {
    return name;
  }
}
