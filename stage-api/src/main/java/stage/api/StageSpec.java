package stage.api;

/**
 * Describes a stage that a supervisor can start.
 *
 * @param <S> the behaviour's type
 * @since 0.1
 */
public sealed interface StageSpec<S> permits ProducerSpec, ProducerConsumerSpec, ConsumerSpec {
  /** {@return the stage's name, unique in its scope} */
  String name();

  /** {@return what makes a new behaviour for each incarnation} */
  StageFactory<? extends S> factory();

  /** {@return the options that every kind of stage has} */
  StageOptions options();

  /**
   * Checks a name: of a stage or of a scope.
   *
   * @param name the name
   * @return the same name
   * @throws NullPointerException if it is null
   * @throws IllegalArgumentException if it is not 1–64 of {@code [A-Za-z0-9._-]}
   */
  static String ensureName(String name) {
    if (name == null) throw new NullPointerException("name must not be null");
    boolean valid = !name.isEmpty() && name.length() <= 64;
    for (int i = 0; valid && i < name.length(); i++) valid = isNameCharacter(name.charAt(i));
    if (!valid) {
      throw new IllegalArgumentException(
          "name must be 1 to 64 of A-Z a-z 0-9 . _ -, but was \"" + printable(name) + "\"");
    }
    return name;
  }

  private static boolean isNameCharacter(char c) {
    return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
  }

  private static String printable(String name) {
    String shown = name.length() <= 80 ? name : name.substring(0, 80) + "…";
    return shown.replaceAll("[^\\x20-\\x7e…]", "?");
  }
}
