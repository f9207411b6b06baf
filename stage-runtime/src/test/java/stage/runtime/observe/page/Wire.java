package stage.runtime.observe.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A client of one page that sends exactly the bytes it is told to: no library mends them on the way.
 *
 * @param port where the page is
 */
record Wire(int port) {
  private static final int PATIENCE_MILLIS = 30_000;

  /**
   * What came back.
   *
   * @param status 0 if nothing did
   * @param head up to the empty line
   * @param body behind it
   */
  record Reply(int status, String head, String body) {
    private static Reply of(String text) {
      if (text.isEmpty()) return new Reply(0, "", "");
      int end = text.indexOf("\r\n\r\n");
      return new Reply(Integer.parseInt(text.split(" ", 3)[1]), text.substring(0, end + 2), text.substring(end + 4));
    }
  }

  String host() {
    return "127.0.0.1:" + port;
  }

  Reply get(String target) throws IOException {
    return request("GET " + target);
  }

  /**
   * {@return the answer to a request with the right host}
   *
   * @param line such as {@code GET /}
   * @param headers more of them, without their ends
   */
  Reply request(String line, String... headers) throws IOException {
    var text = new StringBuilder(line + " HTTP/1.1\r\nHost: " + host() + "\r\n");
    for (String header : headers) text.append(header).append("\r\n");
    return send(text.append("\r\n").toString());
  }

  /** {@return everything that comes back, until the server closes the connection} */
  Reply send(String request) throws IOException {
    return send(request.getBytes(StandardCharsets.ISO_8859_1));
  }

  Reply send(byte[] request) throws IOException {
    try (Socket socket = open()) {
      socket.getOutputStream().write(request);
      socket.shutdownOutput();
      return Reply.of(readAll(socket.getInputStream()));
    }
  }

  /**
   * {@return the status of the answer, 0 if there is none} As {@link #send(byte[])}, with fewer ways into the kernel,
   * for those who send thousands. It waits as long as the server does.
   */
  int status(byte[] request, ByteBuffer answer) throws IOException {
    answer.clear();
    try (var channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      channel.write(ByteBuffer.wrap(request));
      channel.shutdownOutput();
      int read = 0;
      while (read >= 0) {
        if (answer.remaining() < 1024) answer.position(100);   // the rest is of no interest
        read = channel.read(answer);
      }
    } catch (IOException reset) {
      assertThat(reset).hasMessageMatching(".*(reset|Broken pipe).*");
    }
    String text = new String(answer.array(), 0, Math.min(100, answer.position()), StandardCharsets.ISO_8859_1);
    return text.isEmpty() ? 0 : Integer.parseInt(text.split(" ", 3)[1]);
  }

  private static String readAll(InputStream in) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try {
      in.transferTo(bytes);
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");   // as good as an end, for who sent nonsense
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  Socket open() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** {@return a connection that has sent this, and whose other side cannot send much before somebody reads} */
  Socket openSlowly(String request) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(2048);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  /** {@return a stream of events} */
  Socket follow() throws IOException {
    Socket socket = open();
    socket.getOutputStream()
        .write(("GET /events HTTP/1.1\r\nHost: " + host() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** {@return what came, up to a text and with it} */
  static String readUntil(Socket socket, String text) throws IOException {
    var seen = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (seen.indexOf(text, Math.max(0, seen.length() - text.length())) < 0) {
      int next = in.read();
      assertThat(next).as("the stream ended after: %s", seen).isNotNegative();
      seen.append((char) next);
    }
    return seen.toString();
  }
}
