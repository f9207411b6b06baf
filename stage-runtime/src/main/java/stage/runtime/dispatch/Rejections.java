package stage.runtime.dispatch;

/** Takes the events that the dispatch puts into no lane. The producer's thread. */
public interface Rejections {
  /** {@return the producer's path, for people to read} */
  String path();

  /** A user's function has thrown on an event, which becomes a dead letter. */
  void reject(Object event, Throwable cause);

  /** A user's function has said that an event is for no consumer. */
  void skipped();
}
