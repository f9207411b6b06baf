package stage.runtime.pipeline.operator;

/**
 * Which worker a key belongs to. A key's bucket stays, whatever the number of workers, so that buckets can be handed
 * over.
 */
public final class Keys {
  /** How many buckets there are; at most that many workers share the keys of a stage. */
  public static final int BUCKETS = 1024;

  private Keys() {}

  /** {@return the key's hash, spread over all bits} The finalizer of MurmurHash3: no two hash codes give the same. */
  public static int hash(Object key) {
    if (key == null) {
      throw new NullPointerException(
          "a key must not be null; give elements without a key one of their own, such as \"\"");
    }
    int h = key.hashCode();
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    return h ^ h >>> 16;
  }

  /** {@return the bucket of a key with this hash} */
  public static int bucket(int hash) {
    return hash & BUCKETS - 1;
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
