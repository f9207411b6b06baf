package stage.api.pipeline;

/** Checks names that users give to steps and jobs: both may name a stage, so the rules are those of stages. */
final class Names {
  private Names() {}

  static String checked(String name) {
    Arguments.notNull("name", name);
    boolean valid = !name.isEmpty() && name.length() <= 64 && name.chars().allMatch(Names::isNameCharacter);
    if (valid) return name;
    String shown = (name.length() <= 80 ? name : name.substring(0, 80) + "…").replaceAll("[^\\x20-\\x7e…]", "?");
    throw Arguments.refused("name must be 1 to 64 of A-Z a-z 0-9 . _ -, but was \"" + shown + "\"");
  }

  private static boolean isNameCharacter(int c) {
    return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
  }
}
