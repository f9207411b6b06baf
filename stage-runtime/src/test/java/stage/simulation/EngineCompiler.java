package stage.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import stage.api.StageRef;
import stage.runtime.time.Time;

/**
 * Compiles single sources of the engine, for this JDK and into memory. There is one, which keeps what it has read of
 * the class path: a source after the first takes some milliseconds.
 */
final class EngineCompiler extends ForwardingJavaFileManager<StandardJavaFileManager> {
  static final EngineCompiler ONE = new EngineCompiler(ToolProvider.getSystemJavaCompiler());

  private final JavaCompiler javac;
  private final ReentrantLock lock = new ReentrantLock();
  private Map<String, ByteArrayOutputStream> written;   // guarded by lock

  private EngineCompiler(JavaCompiler javac) {
    super(javac.getStandardFileManager(null, null, null));
    this.javac = javac;
    try {
      fileManager.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of(where(Time.class), where(StageRef.class)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path where(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  /**
   * {@return the classes of some sources, by name}
   *
   * @param what they are, for the failure if they do not compile
   * @param sources what compiles with the rest of the engine
   */
  Map<String, byte[]> compile(String what, List<? extends JavaFileObject> sources) {
    lock.lock();
    try {
      written = new HashMap<>();
      var messages = new StringWriter();
      List<String> options = List.of("-proc:none", "-nowarn", "-implicit:none");
      boolean isCompiled = javac.getTask(messages, this, null, options, null, sources).call();
      if (!isCompiled) throw new AssertionError("\"" + what + "\" does not compile: " + messages);
      Map<String, byte[]> classes = new HashMap<>();
      written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
      return classes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind,
      FileObject sibling) {
    var bytes = new ByteArrayOutputStream();
    written.put(name, bytes);
    return new SimpleJavaFileObject(URI.create("changed:///" + name.replace('.', '/') + kind.extension), kind) {
      @Override
      public OutputStream openOutputStream() {
        return bytes;
      }
    };
  }
}
