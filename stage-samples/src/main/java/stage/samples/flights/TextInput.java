package stage.samples.flights;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Something to read lines from, as the command line names it. */
public sealed interface TextInput {
  /** {@return its name in messages} */
  String name();

  /**
   * Opens it for reading from the beginning.
   *
   * @throws JobFailed if it cannot be read; the message says why
   */
  OpenInput open() throws IOException;

  /** {@return whether it can be opened again and again, and has the same lines each time} */
  boolean canBeOpenedAgain();

  /** {@return its size in bytes, as it is stored, if that is known} */
  default OptionalLong size() throws IOException {
    return OptionalLong.empty();
  }

  /** The flights that come with the program. */
  record BuiltIn() implements TextInput {
    private static final String RESOURCE = "flights-20k.csv";

    @Override
    public String name() {
      return RESOURCE;
    }

    @Override
    public OpenInput open() throws IOException {
      InputStream in = BuiltIn.class.getResourceAsStream(RESOURCE);
      if (in == null) throw new JobFailed("the built-in flights are missing from the program: " + RESOURCE);
      return new OpenInput(name(), in);
    }

    @Override
    public boolean canBeOpenedAgain() {
      return true;
    }

    /** Reads it, since it may be anywhere: in a folder, in an archive, in the image of a JDK. */
    @Override
    public OptionalLong size() throws IOException {
      try (OpenInput in = open()) {
        return OptionalLong.of(in.transferTo(OutputStream.nullOutputStream()));
      }
    }
  }

  /**
   * A text that comes with the program.
   *
   * @param owner the class that it stands beside
   * @param resource its name
   */
  record Resource(Class<?> owner, String resource) implements TextInput {
    @Override
    public String name() {
      return resource;
    }

    @Override
    public OpenInput open() throws IOException {
      InputStream in = owner.getResourceAsStream(resource);
      if (in == null) throw new JobFailed("the built-in text is missing from the program: " + resource);
      return new OpenInput(resource, in);
    }

    @Override
    public boolean canBeOpenedAgain() {
      return true;
    }
  }

  /** Standard input. It cannot be opened again, and is not closed. */
  record StandardInput() implements TextInput {
    @Override
    public String name() {
      return "standard input";
    }

    @Override
    public OpenInput open() throws IOException {
      return new OpenInput(name(), new Unclosed(System.in));
    }

    @Override
    public boolean canBeOpenedAgain() {
      return false;
    }
  }

  /**
   * A file, or a pipe that has a path.
   *
   * @param path its path, as it was given
   */
  record File(Path path) implements TextInput {
    private static final int MOST_LINKS = 40;   // as on Linux

    @Override
    public String name() {
      return Quoted.plain(path.toString());
    }

    @Override
    public OpenInput open() throws IOException {
      ensureReadable();
      // To open a pipe takes until someone writes to it, so that is left to the thread that reads it.
      return new OpenInput(name(), canBeOpenedAgain() ? opened() : new OpenedWhenRead(this::opened));
    }

    private InputStream opened() throws IOException {
      try {
        return new FileInputStream(path.toFile());
      } catch (FileNotFoundException e) {   // also of what is there and cannot be opened, such as a socket
        throw new JobFailed("cannot open " + name() + ": " + reason(e), e);
      }
    }

    /** {@return what the system says, which stands in parentheses behind the path} */
    private String reason(FileNotFoundException e) {
      String message = String.valueOf(e.getMessage());
      String path = this.path + " (";
      if (!message.startsWith(path) || !message.endsWith(")")) return message;
      return message.substring(path.length(), message.length() - 1).toLowerCase(Locale.ROOT);
    }

    @Override
    public OptionalLong size() throws IOException {
      return canBeOpenedAgain() ? OptionalLong.of(Files.size(path)) : OptionalLong.empty();
    }

    @Override
    public boolean canBeOpenedAgain() {
      return Files.isRegularFile(path);   // and no pipe
    }

    /**
     * Checks what can be checked without reading.
     *
     * @throws JobFailed if there is no such file, or it is a directory, or may not be read
     */
    public void ensureReadable() throws JobFailed {
      if (!Files.exists(path)) throw new JobFailed(
          isLoop() ? name() + " is a symbolic link that leads round in a circle" : "there is no file " + name());
      if (Files.isDirectory(path)) throw new JobFailed(name() + " is a directory; give the files in it");
      if (!Files.isReadable(path)) throw new JobFailed("no permission to read " + name());
    }

    private boolean isLoop() {
      if (!Files.isSymbolicLink(path)) return false;
      try {
        Path at = path;
        for (int links = 0; links <= MOST_LINKS; links++) {
          if (!Files.isSymbolicLink(at)) return false;
          at = at.resolveSibling(Files.readSymbolicLink(at));
        }
        return true;
      } catch (IOException unreadable) {
        return false;
      }
    }
  }

  /** Keeps its stream open, for whoever comes later. */
  final class Unclosed extends FilterInputStream {
    Unclosed(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return in.read(bytes, offset, length);
    }

    @Override
    public void close() {}
  }

  /** {@return the bytes of all inputs, as they are stored, if they are known} */
  static OptionalLong sizeOf(List<TextInput> inputs) throws IOException {
    long sum = 0;
    for (TextInput input : inputs) {
      OptionalLong size = input.size();
      if (size.isEmpty()) return size;
      sum += size.getAsLong();
    }
    return OptionalLong.of(sum);
  }
}
