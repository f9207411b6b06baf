package stage.samples.bench;

/** Many pipelines of two threads each, a producer and a consumer, that have little to do. */
interface IdlePipelines extends AutoCloseable {
  /** How such pipelines are made. */
  interface Maker {
    /** {@return its name in tables} */
    String name();

    /** Makes pipelines and starts them. */
    IdlePipelines open(int pipelines) throws Exception;
  }

  /** Sends events through each pipeline and waits until all are handled. */
  void carry(int events) throws Exception;

  /** Ends all threads. */
  @Override
  void close();
}
