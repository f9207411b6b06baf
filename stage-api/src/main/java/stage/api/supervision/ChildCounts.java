package stage.api.supervision;

/**
 * How many children a supervisor has at one instant. As OTP's {@code count_children}.
 *
 * @param specs all children, including the stopped ones
 * @param active the running ones: neither stopped nor restarting
 * @param supervisors how many of {@code specs} are supervisors
 * @param stages how many of {@code specs} are stages
 * @since 0.1
 */
public record ChildCounts(int specs, int active, int supervisors, int stages) {}
