package stage.samples.flights;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why reading or writing failed, in words: the messages of file exceptions are often no more than the file's name. */
public final class Reason {
  private Reason() {}

  public static String of(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "there is no such file or directory";
      case AccessDeniedException denied -> "no permission";
      case FileSystemException other when other.getReason() != null -> lower(other.getReason());
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : lower(e.getMessage());
    };
  }

  private static String lower(String sentence) {
    return sentence.isEmpty() ? sentence : Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
  }
}
