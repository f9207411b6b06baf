package stage.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/**
 * What the description of the package promises for every parameter: a null is refused by name. Calls each public
 * constructor, factory method and method of a value with a null in each place.
 */
class NullContractTest {
  private static final Pipeline<Object> PIPELINE = Pipeline.of("x");
  /** One of each type that does not come from its own public constructor. */
  private static final Map<Class<?>, Object> SAMPLES = Map.ofEntries(
      Map.entry(int.class, 1), Map.entry(long.class, 1L), Map.entry(boolean.class, false),
      Map.entry(double.class, 0.5), Map.entry(String.class, "x"), Map.entry(Object.class, "x"),
      Map.entry(Duration.class, Duration.ofSeconds(1)), Map.entry(Instant.class, Instant.EPOCH),
      Map.entry(Class.class, String.class), Map.entry(Path.class, Path.of("x")),
      Map.entry(URI.class, URI.create("x")), Map.entry(Throwable.class, new Exception("x")),
      Map.entry(Charset.class, StandardCharsets.UTF_8), Map.entry(ZoneId.class, ZoneId.of("UTC")),
      Map.entry(ChronoUnit.class, ChronoUnit.DAYS), Map.entry(List.class, List.of()),
      Map.entry(Collection.class, List.of()), Map.entry(Iterable.class, List.of()), Map.entry(Map.class, Map.of()),
      Map.entry(Optional.class, Optional.empty()), Map.entry(OptionalInt.class, OptionalInt.empty()),
      Map.entry(CompletableFuture.class, new CompletableFuture<>()),
      Map.entry(Collector.class, Collectors.toList()), Map.entry(Stream.class, Stream.of()),
      Map.entry(InputStream.class, InputStream.nullInputStream()), Map.entry(Iterator.class, List.of().iterator()),
      Map.entry(BlockingQueue.class, new LinkedBlockingQueue<>()), Map.entry(Demand.class, Demand.max(10)),
      Map.entry(Pipeline.class, PIPELINE), Map.entry(stage.api.pipeline.Job.class, PIPELINE.toList()),
      Map.entry(stage.api.pipeline.Keyed.class, PIPELINE.keyBy(x -> x)),
      Map.entry(stage.api.pipeline.Windowing.class, PIPELINE.window(Windows.count(2))),
      Map.entry(Windows.class, Windows.tumbling(Duration.ofSeconds(1))),
      Map.entry(stage.api.pipeline.Table.class, PIPELINE.toTable(x -> x, Bound.rows(1))),
      Map.entry(stage.api.pipeline.Join.class, PIPELINE.join(PIPELINE)),
      Map.entry(stage.api.pipeline.Join.On.class, PIPELINE.join(PIPELINE).on(x -> x, x -> x)),
      Map.entry(stage.api.pipeline.Join.Ready.class,
          PIPELINE.join(PIPELINE).on(x -> x, x -> x).whole(Bound.rows(1))),
      Map.entry(Dispatcher.Partition.class, Dispatcher.partition(2, Object::hashCode)),
      Map.entry(Explanation.class, new Explanation(List.of(new Finding.Healthy(1, 1)))),
      Map.entry(LineReader.class, LineFormat.DEFAULT.read(InputStream.nullInputStream())));

  private int checked;

  @Test
  void everyParameterIsRefusedByName() throws Exception {
    List<String> problems = new ArrayList<>();
    for (Class<?> type : publicTypes()) {
      for (Executable call : callsOf(type)) problems.addAll(problemsOf(type, call));
    }
    assertThat(checked).isGreaterThan(400);
    assertThat(problems).isEmpty();
  }

  private static List<Class<?>> publicTypes() throws Exception {
    Path classes = Path.of(Stage.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> types = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.sorted().toList()) {
        String name = classes.relativize(file).toString().replace('/', '.');
        if (!name.matches("stage\\.api\\.((observe|pipeline|supervision)\\.)?[A-Z].*\\.class")) continue;
        Class<?> type = Class.forName(name.substring(0, name.length() - ".class".length()));
        if (isPublic(type)) types.add(type);
      }
    }
    return types;
  }

  private static boolean isPublic(Class<?> type) {
    return type == null || Modifier.isPublic(type.getModifiers()) && isPublic(type.getEnclosingClass());
  }

  /** Exceptions and stop reasons are made by the engine; what has no body here is tested where it is implemented. */
  private static List<Executable> callsOf(Class<?> type) {
    if (Throwable.class.isAssignableFrom(type) || StopReason.class.isAssignableFrom(type)) return List.of();
    List<Executable> calls = new ArrayList<>(List.of(type.getConstructors()));
    for (Method method : type.getDeclaredMethods()) {
      int modifiers = method.getModifiers();
      boolean isInherited = method.isSynthetic() || List.of("equals", "valueOf").contains(method.getName());
      if (Modifier.isPublic(modifiers) && !Modifier.isAbstract(modifiers) && !isInherited && !method.isDefault()) {
        calls.add(method);
      }
    }
    return calls;
  }

  private List<String> problemsOf(Class<?> type, Executable call) throws Exception {
    List<String> problems = new ArrayList<>();
    Parameter[] parameters = call.getParameters();
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i].getType().isPrimitive()) continue;
      Object[] arguments = new Object[parameters.length];
      for (int j = 0; j < arguments.length; j++) arguments[j] = j == i ? null : sample(parameters[j].getType());
      checked++;
      Throwable thrown = thrownBy(type, call, arguments);
      String wanted = parameters[i].getName() + " must not be null";
      boolean isNamed = thrown instanceof NullPointerException && String.valueOf(thrown.getMessage()).contains(wanted);
      if (!isNamed && !isExcused(call, parameters[i])) {
        problems.add(type.getName() + ": " + call + " with null for " + parameters[i].getName() + ": " + thrown);
      }
    }
    return problems;
  }

  /** A spec without a source says that first; an event comes from the engine; a handle asks the engine's own. */
  private static boolean isExcused(Executable call, Parameter parameter) {
    Class<?> type = call.getDeclaringClass();
    boolean needsASource = call.getName().equals("withDemand") && parameter.getType() == Demand.class;
    boolean isOfTheEngine = call instanceof Method && (type == CollectorRef.class || type == Dispatcher.ByIndex.class);
    return needsASource || isOfTheEngine;
  }

  private static Throwable thrownBy(Class<?> type, Executable call, Object[] arguments) throws Exception {
    try {
      if (call instanceof Constructor<?> constructor) constructor.newInstance(arguments);
      else ((Method) call).invoke(Modifier.isStatic(call.getModifiers()) ? null : sample(type), arguments);
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause();
    }
  }

  private static Object sample(Class<?> type) throws Exception {
    Object sample = SAMPLES.get(type);
    if (sample != null) return sample;
    if (type.isArray()) {
      Object array = Array.newInstance(type.getComponentType(), 1);
      Array.set(array, 0, sample(type.getComponentType()));
      return array;
    }
    if (type.isEnum()) return type.getEnumConstants()[0];
    if (type.isSealed()) return sample(type.getPermittedSubclasses()[0]);
    if (type.isInterface()) return proxy(type);
    Constructor<?> widest = Arrays.stream(type.getConstructors())
        .max(Comparator.comparingInt(Constructor::getParameterCount)).orElseThrow();
    Object[] arguments = new Object[widest.getParameterCount()];
    for (int i = 0; i < arguments.length; i++) arguments[i] = sample(widest.getParameterTypes()[i]);
    return widest.newInstance(arguments);
  }

  private static Object proxy(Class<?> type) {
    return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
      if (method.isDefault()) return InvocationHandler.invokeDefault(self, method, arguments);
      Class<?> answer = method.getReturnType();
      return answer == void.class ? null : sample(answer);
    });
  }
}
