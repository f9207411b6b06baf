package stage.api.observe;

/**
 * How a scope is shown on a web page. An immutable value; each {@code with…} method gives a changed copy.
 *
 * <p>A page is served on the loopback address only. By itself it shows names, numbers and classes of exceptions, and
 * changes nothing, so anyone who can open a connection on this machine may see it. What goes further is only for
 * readers who have the page's token: see {@link #withStacks()} and {@link #withControls()}.
 *
 * @param port where, from 0 to 65535; 0 takes any that is free
 * @param showsStacks whether it shows where the threads of a stage are, to those who have the token
 * @param hasControls whether it pauses, resumes and kills stages, for those who have the token
 * @since 0.1
 */
public record PageSpec(int port, boolean showsStacks, boolean hasControls) {
  private static final int LAST_PORT = 65_535;

  /**
   * Checks the port.
   *
   * @throws IllegalArgumentException if there is no such port
   */
  public PageSpec {
    if (port < 0 || port > LAST_PORT) {
      throw new IllegalArgumentException("port must be from 0 to " + LAST_PORT + ", but was " + port
          + "; 0 takes any that is free");
    }
  }

  /**
   * {@return a page on a port, which shows no stacks and has no controls}
   *
   * @param port where, from 0 to 65535; 0 takes any that is free
   * @throws IllegalArgumentException if there is no such port
   */
  public static PageSpec onPort(int port) {
    return new PageSpec(port, false, false);
  }

  /**
   * {@return a page that also shows where the threads of a chosen stage are} Stacks name classes and methods of your
   * program, so they are given only to those who have the page's token: it is in {@link WatchPage#address()}.
   */
  public PageSpec withStacks() {
    return new PageSpec(port, true, hasControls);
  }

  /**
   * {@return a page that can also pause, resume and kill a chosen stage} Only for those who have the page's token: it
   * is in {@link WatchPage#address()}. Each use is logged.
   */
  public PageSpec withControls() {
    return new PageSpec(port, showsStacks, true);
  }

  /** {@return whether the page has a token} */
  public boolean needsToken() {
    return showsStacks || hasControls;
  }
}
