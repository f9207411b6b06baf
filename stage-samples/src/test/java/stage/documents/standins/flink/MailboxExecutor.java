package stage.documents.standins.flink;

/** {@code org.apache.flink.api.common.operators.MailboxExecutor}. */
public interface MailboxExecutor {
  void execute(Mail mail, String description);

  /** {@code org.apache.flink.util.function.ThrowingRunnable}. */
  interface Mail {
    void run() throws Exception;
  }
}
