package stage.runtime.pipeline.operator;

/**
 * Which worker a key belongs to. A key's bucket stays, whatever the number of workers, so that buckets can be handed
 * over.
 */
public final class Keys {
  /** How many buckets there are; at most that many workers share the keys of a stage. */
  public static final int BUCKETS = 1024;

  private Keys() {}

  /**
   * {@return the key's hash, whose upper bits say where it belongs in a table} By the golden ratio, whose multiples lie
   * far apart: whole numbers in a row, the keys that come most often, get a place each, and others are spread as if by
   * chance. A hash that leaves everything to chance has a third of the keys beside their place in a table that is half
   * full. No processor foresees which: of 1,000 numbers that come in no order, that was a quarter of the time to count
   * one.
   */
  public static int hash(Object key) {
    if (key == null) {
      throw new NullPointerException(
          "a key must not be null; give elements without a key one of their own, such as \"\"");
    }
    int h = key.hashCode();
    return (h ^ h >>> 15) * 0x9e3779b9;   // no two hash codes give the same
  }

  /**
   * {@return the bucket of a key with this hash} Ten bits that say nothing of its place: one worker's keys may not
   * crowd together.
   */
  public static int bucket(int hash) {
    return (hash ^ hash >>> 16) * 0x85ebca6b >>> 22;
  }

  /**
   * {@return which of the workers has the bucket}
   *
   * @param workers from 1 to {@link #BUCKETS}
   */
  public static int worker(int bucket, int workers) {
    return bucket * workers >>> 10;
  }
}
