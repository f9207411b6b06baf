package stage.api.supervision;

/**
 * How many children a supervisor has at one instant. As OTP's {@code count_children}.
 *
 * @param specs all that it knows, the stopped ones too
 * @param active those that run: neither stopped nor restarting
 * @param supervisors those of the specs that are supervisors
 * @param stages those of the specs that are stages
 */
public record ChildCounts(int specs, int active, int supervisors, int stages) {}
