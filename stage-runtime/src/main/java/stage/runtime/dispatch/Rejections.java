package stage.runtime.dispatch;

/** Takes the events that go to no lane, from those who dispatch. The producer's thread. */
public interface Rejections {
  /** {@return the producer's path, for people to read} */
  String path();

  /** A user's function has thrown on an event: it is to become a dead letter. */
  void reject(Object event, Throwable cause);

  /** A user's function has said that an event is for nobody. */
  void skipped();
}
