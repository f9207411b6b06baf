package stage.behaviour.support;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Chromium without a window, told what to do over its debugging protocol. */
public final class Browser implements AutoCloseable, WebSocket.Listener {
  private static final List<String> PROGRAMS =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
  private static final Pattern ENDPOINT = Pattern.compile("ws://[^\\s\"]+");
  private static final int PATIENCE_SECONDS = 60;
  private static final int MOST_LOOKS = 1_500;   // half a minute at least

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger count = new AtomicInteger();
  private final Map<Integer, CompletableFuture<String>> answers = new ConcurrentHashMap<>();
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private final StringBuilder message = new StringBuilder();   // the socket's thread only

  private Browser(Process process) throws Exception {
    this.process = process;
    BufferedReader said = process.inputReader();
    String endpoint = said.lines().map(ENDPOINT::matcher).filter(Matcher::find).map(Matcher::group).findFirst()
        .orElseThrow(() -> new IOException("the browser did not say where it listens"));
    Thread.ofPlatform().daemon().start(() -> said.lines().forEach(line -> {}));   // else it could wait for a reader
    String list = http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + URI.create(endpoint).getPort()
        + "/json")).build(), HttpResponse.BodyHandlers.ofString()).body();
    Matcher page = Pattern.compile("ws://[^\"]+/devtools/page/[^\"]+").matcher(list);
    if (!page.find()) throw new IOException("the browser has no page: " + list);
    this.socket = http.newWebSocketBuilder().buildAsync(URI.create(page.group()), this)
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    for (String domain : List.of("Page", "Runtime", "Log", "Accessibility")) send(domain + ".enable", "");
  }

  /** {@return one, if this machine has one that starts; else the test is skipped} */
  public static Browser open(Path profile) throws Exception {
    Optional<String> program = PROGRAMS.stream().filter(each -> Files.isExecutable(Path.of(each))).findFirst();
    assumeTrue(program.isPresent(), "there is no Chromium on this machine");
    Process started = new ProcessBuilder(program.get(), "--headless=new", "--no-sandbox", "--disable-gpu",
        "--hide-scrollbars", "--disable-dev-shm-usage", "--remote-debugging-port=0", "--user-data-dir=" + profile,
        "about:blank").redirectErrorStream(true).start();
    try {
      return new Browser(started);
    } catch (IOException e) {
      started.destroyForcibly();
      return abort("the browser of this machine does not start: " + e.getMessage());
    }
  }

  // ---- what it is told

  /** Forgets the page it shows, and what was said about it. */
  public void forget() {
    send("Page.navigate", "\"url\":\"about:blank\"");
    complaints.clear();
  }

  public void show(URI address, int width, int height, boolean isDark) {
    send("Emulation.setDeviceMetricsOverride", "\"width\":" + width + ",\"height\":" + height
        + ",\"deviceScaleFactor\":1,\"mobile\":" + (width < 700));
    send("Emulation.setEmulatedMedia", "\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\""
        + (isDark ? "dark" : "light") + "\"}]");
    send("Page.navigate", "\"url\":\"" + address + "\"");
  }

  /** {@return what an expression comes to, as text} */
  public String ask(String expression) {
    String answer = evaluate("String(" + expression + ")");
    return value(answer).orElseThrow(() -> new IllegalStateException("not a text: " + answer));
  }

  private static Optional<String> value(String answer) {
    Matcher value = Pattern.compile("\"type\":\"string\",\"value\":\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(answer);
    if (!value.find()) return Optional.empty();
    return Optional.of(value.group(1).replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\"));
  }

  /** Waits until an expression is true. The page itself does, and is asked once. */
  public void await(String expression) {
    String text = "new Promise(done => { let looks = 0; const look = () => { let is = false;"
        + " try { is = (" + expression + ") === true; } catch (notYet) { }"
        + " if (is || ++looks > " + MOST_LOOKS + ") done(String(is)); else setTimeout(look, 20); }; look(); })";
    for (int page = 0; page < 3; page++) {   // one that makes way for the next answers nothing
      Optional<String> answer = value(evaluate(text));
      if (answer.isEmpty()) continue;
      if (answer.get().equals("true")) return;
      break;
    }
    throw new AssertionError("it did not become true that " + expression + " on the page: "
        + ask("document.body.innerText") + "\n" + complaints);
  }

  private String evaluate(String expression) {
    String quoted = expression.replace("\\", "\\\\").replace("\"", "\\\"");
    return send("Runtime.evaluate", "\"expression\":\"" + quoted + "\",\"awaitPromise\":true");
  }

  public void press(String key) {
    int code = switch (key) {
      case "Enter" -> 13;
      case "Tab" -> 9;
      case "Escape" -> 27;
      default -> 32;
    };
    String text = key.equals("Enter") ? ",\"text\":\"\\r\"" : "";
    String which = "\"key\":\"" + key + "\",\"code\":\"" + key + "\",\"windowsVirtualKeyCode\":" + code;
    send("Input.dispatchKeyEvent", "\"type\":\"keyDown\"," + which + text);
    send("Input.dispatchKeyEvent", "\"type\":\"keyUp\"," + which);
  }

  /** {@return what somebody is told who cannot see the page, as JSON} */
  public String spoken() {
    return send("Accessibility.getFullAXTree", "");
  }

  public Path picture(Path file) throws IOException {
    Matcher data = Pattern.compile("\"data\":\"([A-Za-z0-9+/=]+)\"")
        .matcher(send("Page.captureScreenshot", "\"format\":\"png\""));
    if (!data.find()) throw new IOException("no picture");
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.write(file, Base64.getDecoder().decode(data.group(1)));
  }

  /** {@return what it has complained of so far: exceptions, and what the page's own policy forbids} */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  private String send(String method, String parameters) {
    int id = count.incrementAndGet();
    var answer = new CompletableFuture<String>();
    answers.put(id, answer);
    socket.sendText("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":{" + parameters + "}}", true).join();
    try {
      return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception late) {
      throw new IllegalStateException("no answer to " + method, late);
    }
  }

  // ---- what it says

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean isLast) {
    message.append(text);
    if (isLast) {
      said(message.toString());
      message.setLength(0);
    }
    from.request(1);
    return null;
  }

  private void said(String text) {
    Matcher id = Pattern.compile("^\\{\"id\":(\\d+)").matcher(text);
    if (id.find()) answers.remove(Integer.parseInt(id.group(1))).complete(text);
    else if (text.contains("\"Runtime.exceptionThrown\"") || text.contains("\"Log.entryAdded\"")) complaints.add(text);
  }

  @Override
  public void close() {
    socket.abort();
    List<ProcessHandle> children = process.descendants().toList();   // they write to the profile until they end
    process.destroy();
    try {
      for (ProcessHandle child : children) {
        child.destroyForcibly();
        child.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
      process.getInputStream().close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a process of the browser does not end", e);
    }
  }
}
