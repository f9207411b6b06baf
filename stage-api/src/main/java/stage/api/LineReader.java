package stage.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;

/**
 * Reads lines as a {@link LineFormat} says. Used by one thread at a time. Reads no further ahead than a buffer, and
 * hands out a line as soon as its end is there, so that it can follow a console or a socket.
 *
 * @since 0.1
 */
public final class LineReader implements AutoCloseable {
  private static final int BUFFER = 8192;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final InputStream in;
  private final String text;
  private final LineFormat format;
  private final CharsetDecoder decoder;
  private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).flip();
  private final CharBuffer chars = CharBuffer.allocate(BUFFER).flip();
  private final StringBuilder line = new StringBuilder();
  private long bytesRead;
  private long lines;          // handed out
  private boolean begun;       // whether the first character was looked at
  private boolean skipsLineFeed;
  private boolean atEnd;       // of the bytes
  private boolean over;        // and of the characters
  private boolean tooLong;     // the line at hand; there is no going on behind it

  LineReader(InputStream in, String text, LineFormat format) {
    this.in = in;
    this.text = text;
    this.format = format;
    this.decoder = format.charset().newDecoder().onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /**
   * {@return the next line, without its end; null if there are no more} Blocks as the text does.
   *
   * @throws IOException if the text cannot be read, is not in its character set, or the line is too long; the message
   *     says which line of which file. Called again, it fails again
   */
  public String next() throws IOException {
    if (tooLong) throw tooLong();
    while (true) {
      if (!chars.hasRemaining() && !fill()) return line.isEmpty() ? null : takeLine();
      if (takeUpToItsEnd()) return takeLine();
    }
  }

  /** {@return whether the line has ended in what is decoded} */
  private boolean takeUpToItsEnd() throws IOException {
    char[] decoded = chars.array();
    int from = chars.position();
    if (skipsLineFeed) {
      skipsLineFeed = false;
      if (decoded[from] == '\n') from++;
    }
    int to = chars.limit();
    int at = from;
    while (at < to && decoded[at] != '\n' && decoded[at] != '\r') at++;
    if (line.length() + (at - from) > format.longest()) {
      tooLong = true;
      throw tooLong();
    }
    line.append(decoded, from, at - from);
    boolean ends = at < to;
    if (ends) skipsLineFeed = decoded[at] == '\r';
    chars.position(ends ? at + 1 : at);
    return ends;
  }

  private String takeLine() {
    String taken = line.toString();
    line.setLength(0);
    if (line.capacity() > 8 * BUFFER) line.trimToSize();
    lines++;
    return taken;
  }

  /** {@return whether there are more characters} Reads only if none can be decoded from what was read before. */
  private boolean fill() throws IOException {
    chars.clear();
    while (chars.position() == 0 && !over) {
      CoderResult result = decoder.decode(bytes, chars, atEnd);
      if (result.isError()) {
        if (chars.position() > 0) break;   // those before it first; the next look comes to it again
        if (!format.replacing()) {
          chars.flip();
          throw notInTheCharset(result.length());
        }
        chars.put('\uFFFD');
        bytes.position(bytes.position() + result.length());
      } else if (result.isUnderflow() && chars.position() == 0) {
        if (!atEnd) {
          read();
        } else {
          decoder.flush(chars);
          over = true;
        }
      }
      if (!begun && chars.position() > 0) {
        begun = true;
        if (chars.get(0) == BYTE_ORDER_MARK) chars.flip().position(1).compact();
      }
    }
    chars.flip();
    return chars.hasRemaining();
  }

  private void read() throws IOException {
    bytes.compact();
    try {
      int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
      if (count < 0) {
        atEnd = true;
      } else {
        bytesRead += count;
        bytes.position(bytes.position() + count);
      }
    } catch (IOException failure) {
      chars.flip();
      throw new IOException(where() + " could not be read: " + failure.getMessage(), failure);
    } finally {
      bytes.flip();
    }
  }

  private String where() {
    return "line " + (lines + 1) + " of " + text;
  }

  private IOException tooLong() {
    return new IOException(where() + " is longer than " + format.longest()
        + " characters; allow longer lines with LineFormat.withLongest(…), if it is text");
  }

  private IOException notInTheCharset(int length) {
    var found = new StringBuilder();
    for (int i = 0; i < length; i++) found.append(String.format(" %02x", bytes.get(bytes.position() + i)));
    return new IOException(where() + " is not in " + format.charset() + ": it has the bytes" + found + " at offset "
        + (bytesRead - bytes.remaining())
        + " of the text; give LineFormat.of(…) another charset, or leave out strict() to have them replaced");
  }

  /** Closes the text. */
  @Override
  public void close() throws IOException {
    in.close();
  }
}
