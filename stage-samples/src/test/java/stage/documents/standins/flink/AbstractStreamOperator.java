package stage.documents.standins.flink;

/** {@code org.apache.flink.streaming.api.operators.AbstractStreamOperator}. */
public abstract class AbstractStreamOperator<O> {
  protected static final Log LOG = (message, cause) -> {};
  protected transient Exit<StreamRecord<O>> output;

  public void open() throws Exception {}

  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {}

  public void processWatermark(Watermark mark) throws Exception {}

  public void finish() throws Exception {}

  public void close() throws Exception {}

  public Task getContainingTask() {
    throw new UnsupportedOperationException("a stand-in, to compile against");
  }

  public Config getOperatorConfig() {
    throw new UnsupportedOperationException("a stand-in, to compile against");
  }

  public Context getRuntimeContext() {
    throw new UnsupportedOperationException("a stand-in, to compile against");
  }

  /** {@code org.apache.flink.streaming.api.operators.Output}. */
  public interface Exit<T> {
    void collect(T record);

    <X> void collect(OutputTag<X> tag, StreamRecord<X> record);
  }

  /** {@code org.slf4j.Logger}. */
  public interface Log {
    void debug(String message, Throwable cause);
  }

  /** {@code org.apache.flink.streaming.runtime.tasks.StreamTask}. */
  public interface Task {
    Mailboxes getMailboxExecutorFactory();
  }

  /** {@code org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorFactory}. */
  public interface Mailboxes {
    MailboxExecutor createExecutor(int priority);
  }

  /** {@code org.apache.flink.streaming.api.graph.StreamConfig}. */
  public interface Config {
    int getChainIndex();
  }

  /** {@code org.apache.flink.streaming.api.operators.StreamingRuntimeContext}. */
  public interface Context {
    Info getTaskInfo();
  }

  /** {@code org.apache.flink.api.common.TaskInfo}. */
  public interface Info {
    int getIndexOfThisSubtask();
  }
}
