package stage.samples.weblog;

/**
 * What a group of requests comes to.
 *
 * @param requests how many
 * @param bytes how long the answers were
 */
record Traffic(long requests, long bytes) {
  static final Traffic NONE = new Traffic(0, 0);

  Traffic plus(Hit hit) {
    return new Traffic(requests + 1, bytes + hit.bytes());
  }

  Traffic plus(Traffic other) {
    return new Traffic(requests + other.requests, bytes + other.bytes);
  }
}
