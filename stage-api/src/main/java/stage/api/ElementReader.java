package stage.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;

/** Elements one after the other, as the generators of {@link Stage} read them. Used by one thread at a time. */
interface ElementReader<O> extends AutoCloseable {
  /** {@return the next one; null if there are no more} May block. */
  O next() throws Exception;

  /** Takes an element back that was read and cannot be emitted any more. */
  default void putBack(O element) {}

  /** Closes what was opened for them. */
  @Override
  default void close() throws IOException {}

  static <O> ElementReader<O> of(Iterator<? extends O> elements) {
    Objects.requireNonNull(elements, "the iterator must not be null, but iterator() of the elements returned null");
    return () -> {
      if (!elements.hasNext()) return null;
      O next = elements.next();
      if (next == null) throw new NullPointerException(
          "an element of the iterator is null; an event must not be null (Reactive Streams rule 2.13)");
      return next;
    };
  }

  static ElementReader<String> ofLines(InputStream text, LineFormat format) {
    return format.read(text)::next;
  }

  static ElementReader<String> ofFile(Path file, LineFormat format) throws IOException {
    LineReader reader = format.open(file);
    return new ElementReader<>() {
      @Override
      public String next() throws IOException {
        return reader.next();
      }

      @Override
      public void close() throws IOException {
        reader.close();
      }
    };
  }
}
