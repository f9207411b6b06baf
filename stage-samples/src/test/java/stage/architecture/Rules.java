package stage.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the structure must hold.
 *
 * @param name says it as a sentence
 * @param rule holds it
 * @param offenderPackage where an offence would be planted
 * @param offence the body of a class that breaks the rule
 */
record Rules(String name, ArchRule rule, String offenderPackage, String offence) {
  private static final String[] LIBRARY = {"stage.api..", "stage.runtime.."};

  static List<Rules> all() {
    return List.of(
        new Rules("packages have no cycles",
            slices().assignedFrom(rooms()).should().beFreeOfCycles()
                .because("whoever reads one package must not have to read all"),
            "stage.api", "stage.api.supervision.Supervisor supervisor;"),

        new Rules("the api knows nothing of runtime and samples",
            noClasses().that().resideInAPackage("stage.api..").should().dependOnClassesThat()
                .resideInAnyPackage("stage.runtime..", "stage.samples..")
                .because("arrows point one way: samples, runtime, api"),
            "stage.api", "stage.runtime.dispatch.LaneDispatch<?> dispatcher;"),

        new Rules("the contracts know nothing of supervision",
            noClasses().that().resideInAPackage("stage.api").should().dependOnClassesThat()
                .resideInAPackage("stage.api.supervision..")
                .because("a stage can be read without knowing who restarts it"),
            "stage.api", "stage.api.supervision.Supervisor supervisor;"),

        new Rules("the runtime knows nothing of the samples",
            noClasses().that().resideInAPackage("stage.runtime..").should().dependOnClassesThat()
                .resideInAPackage("stage.samples..")
                .because("arrows point one way: samples, runtime, api"),
            "stage.runtime.engine", "stage.samples.dispatch.WeightedDispatcher dispatcher;"),

        new Rules("samples use the api only",
            noClasses().that().resideInAPackage("stage.samples..").should().dependOnClassesThat()
                .resideInAPackage("stage.runtime..")
                .because("a sample shows what users can do, and users cannot see the runtime"),
            "stage.samples.hello", "stage.runtime.engine.SubscriptionGraph graph;"),

        room("lane", List.of("stage.api"),
            "it is a leaf: what two cells share must not know the cells", "stage.runtime.engine.Cell<?> cell;"),

        room("bridge", List.of("stage.runtime.lane", "stage.api"),
            "what a behaviour may know of the engine must not be the engine", "stage.runtime.engine.Cell<?> cell;"),

        room("mailbox", List.of("stage.runtime.time", "stage.api"),
            "whoever sends a message need not know who handles it", "stage.runtime.engine.Cell<?> cell;"),

        room("dispatch", List.of("stage.runtime.bridge", "stage.runtime.lane", "stage.api"),
            "how events are shared is a matter of lanes and numbers", "stage.runtime.engine.SubscriptionGraph graph;"),

        room("engine",
            List.of("stage.runtime.dispatch", "stage.runtime.lane", "stage.runtime.mailbox", "stage.runtime.bridge",
                "stage.runtime.time",
                "stage.api", "stage.api.internal"),
            "it must not matter to a cell who supervises it", "stage.api.supervision.Supervisor supervisor;"),

        room("supervision",
            List.of("stage.runtime.engine", "stage.runtime.simulation", "stage.runtime.time", "stage.api.."),
            "how events are shared is the engine's affair", "stage.runtime.dispatch.LaneDispatch<?> dispatcher;"),

        room("flow",
            List.of("stage.runtime.engine", "stage.runtime.bridge", "stage.runtime.time", "stage.api",
                "stage.api.internal"),
            "a bridge is a stage like any other, whoever supervises it",
            "stage.api.supervision.Supervisor supervisor;"),

        room("pipeline",
            List.of("stage.runtime.supervision", "stage.runtime.engine", "stage.runtime.bridge", "stage.runtime.lane",
                "stage.runtime.simulation", "stage.runtime.time", "stage.api.."),
            "a pipeline is made of stages, by those doors that the engine has for it",
            "stage.runtime.dispatch.LaneDispatch<?> dispatcher;"),

        room("observe",
            List.of("stage.runtime.supervision", "stage.runtime.engine", "stage.runtime.time", "stage.api.."),
            "who watches is told the numbers, and touches no queue", "stage.runtime.mailbox.Mailbox mailbox;"),

        room("testkit", List.of("stage.runtime.simulation", "stage.runtime.time", "stage.api.."),
            "what users test with does to stages what users can do", "stage.runtime.engine.Cell<?> cell;"),

        room("simulation", List.of("stage.runtime.time"),
            "a simulated time must not have to know what a stage is", "stage.api.Demand demand;"),

        room("time", List.of(),
            "what starts threads and tells time must not have to know what a stage is", "stage.api.Demand demand;"),

        new Rules("only the runtime's services and the test kit know the simulation",
            noClasses()
                .that(resideInAnyPackage(LIBRARY)
                    .and(resideOutsideOfPackages("stage.runtime.simulation..", "stage.runtime.testkit.."))
                    .and(not(findTheSimulation())))
                .should().dependOnClassesThat().resideInAPackage("stage.runtime.simulation..")
                .because("a stage must not be able to tell whether it is simulated"),
            "stage.runtime.engine", "stage.runtime.simulation.SimulatedTime time;"),

        new Rules("the library uses java.base only",
            noClasses().that(resideInAnyPackage(LIBRARY).and(resideOutsideOfPackages("stage.runtime.observe.jfr..",
                    "stage.runtime.observe.jmx.."))).should().dependOnClassesThat(
                    resideOutsideOfPackages("stage..", "java.lang..", "java.util..", "java.time..", "java.io..",
                        "java.nio..", "java.math..", "java.net..", "java.security..")
                        .or(resideInAnyPackage("java.lang.management..", "java.lang.instrument..",
                            "java.util.logging..", "java.util.prefs..")))
                .because(
                    "users get no dependency with it, and optional modules are touched in a package of their own only"),
            "stage.runtime.engine", "java.util.logging.Logger logger;"),

        new Rules("only the page opens sockets",
            noClasses().that(resideInAnyPackage(LIBRARY).and(resideOutsideOfPackages("stage.runtime.observe.page..")))
                .should()
                .dependOnClassesThat(resideInAPackage("java.net..").and(not(classesNamed("addresses", "java.net.URI"))))
                .because("a library that nobody has asked for a page must not be reachable"),
            "stage.runtime.engine", "java.net.ServerSocket socket;"),

        new Rules("only its own package touches the flight recorder",
            noClasses()
                .that(resideInAPackage("stage..")
                    .and(resideOutsideOfPackages("stage.runtime.observe.jfr..", "stage.samples..")))
                .should().dependOnClassesThat().resideInAPackage("jdk.jfr..")
                .because("a slim image has no module jdk.jfr, and must run"),
            "stage.runtime.engine", "jdk.jfr.Event event;"),

        new Rules("only its own package touches JMX",
            noClasses()
                .that(resideInAPackage("stage..")
                    .and(resideOutsideOfPackages("stage.runtime.observe.jmx..", "stage.samples..")))
                .should().dependOnClassesThat().resideInAnyPackage("java.lang.management..", "javax.management..")
                .because("a slim image has no module java.management, and must run"),
            "stage.runtime.engine", "javax.management.ObjectName name;"),

        new Rules("only time and simulation know threads, parking, clocks and chance",
            classes()
                .that(resideInAnyPackage(LIBRARY)
                    .and(resideOutsideOfPackages("stage.runtime.time..", "stage.runtime.simulation..")))
                .should(notTouchTheWorld())
                .because(
                    "what one seed decides must replay, so everything that waits, tells time, starts a thread or throws dice"
                    + " sits behind one interface"),
            "stage.runtime.engine", "long now() { return System.nanoTime(); }"),

        new Rules("nothing blocks but in time and simulation",
            noClasses().that(resideInAnyPackage(LIBRARY)
                .and(resideOutsideOfPackages("stage.runtime.time..", "stage.runtime.simulation.."))
                    .and(not(holdsWhatUsersWaitFor()))).should().dependOnClassesThat(waitingTypes())
                .because("a stage waits where its driver can be asked what for"),
            "stage.runtime.supervision", "java.util.concurrent.CountDownLatch latch;"),

        new Rules("nobody sleeps, spins or waits on a monitor",
            classes().that().resideInAPackage("stage..")
                .should(notCall(Set.of("java.lang.Thread.sleep", "java.lang.Thread.onSpinWait",
                    "java.lang.Object.wait", "java.lang.Object.notify", "java.lang.Object.notifyAll")))
                .because("it wastes a core or pins a carrier, and cannot be simulated"),
            "stage.samples.hello", "void nap() { Thread.onSpinWait(); }"),

        new Rules("nobody yields but a driver, once before it parks",
            classes().that().resideInAPackage("stage..")
                .and().doNotHaveFullyQualifiedName("stage.runtime.time.ThreadDriver")
                .should(notCall(Set.of("java.lang.Thread.yield")))
                .because("what yields until there is something to do wastes a core, and cannot be simulated"),
            "stage.samples.hello", "void nap() { Thread.yield(); }"),

        new Rules("no method is synchronized",
            methods().that().areDeclaredInClassesThat().resideInAPackage("stage..").should()
                .notHaveModifier(JavaModifier.SYNCHRONIZED)
                .because("a monitor pins the carrier of a virtual thread on the JDKs before 24"),
            "stage.runtime.engine", "synchronized void enter() {}"),

        new Rules("no static field changes",
            fields().that().areStatic().and().areDeclaredInClassesThat().resideInAnyPackage(LIBRARY).should().beFinal()
                .because("two runtimes in one JVM must not meet"),
            "stage.runtime.engine", "static int count;"),

        new Rules("the library prints nothing",
            noClasses().that().resideInAnyPackage(LIBRARY).should().accessField(System.class, "out")
                .orShould().accessField(System.class, "err")
                .because("a library logs with System.Logger, and the user decides where to"),
            "stage.runtime.engine", "void print() { System.out.println(); }"),

        banned("the library starts no process", Set.of("java.lang.Runtime.exec", "java.lang.ProcessBuilder.<init>",
            "java.lang.ProcessBuilder.start"), "what a stage does to the machine is its author's affair",
            "Object list() throws Exception { return new ProcessBuilder(\"ls\"); }"),

        banned("the library leaves the JVM as it is", Set.of("java.lang.System.setProperty",
            "java.lang.System.setProperties", "java.lang.System.clearProperty", "java.lang.System.setOut",
            "java.lang.System.setErr", "java.lang.System.setIn", "java.lang.System.exit", "java.lang.Runtime.exit",
            "java.lang.Runtime.halt", "java.lang.Thread.setDefaultUncaughtExceptionHandler",
            "java.lang.System.getenv"), "it belongs to the program, which may have other libraries",
            "void set() { System.setProperty(\"key\", \"value\"); }"),

        banned("the library opens nothing by force", Set.of("java.lang.reflect.AccessibleObject.setAccessible",
            "java.lang.reflect.AccessibleObject.trySetAccessible", "java.lang.reflect.Field.setAccessible",
            "java.lang.reflect.Method.setAccessible", "java.lang.reflect.Constructor.setAccessible"),
            "it must run without a flag that opens the JDK",
            "void open(java.lang.reflect.Field field) { field.setAccessible(true); }"),

        banned("the library makes no class and no object of what it is given", Set.of("java.lang.Class.forName",
            "java.lang.ClassLoader.loadClass", "java.io.ObjectInputStream.<init>",
            "java.io.ObjectInputStream.readObject", "java.lang.invoke.MethodHandles$Lookup.defineClass"),
            "an event must not be able to choose what code runs",
            "Object read(java.io.ObjectInputStream in) throws Exception { return in.readObject(); }"),

        new Rules("no exception takes an event along when it is serialized",
            fields().that().areDeclaredInClassesThat(resideInAnyPackage(LIBRARY).and(anException()))
                .and().areNotStatic().and().doNotHaveModifier(JavaModifier.TRANSIENT)
                .should().haveRawType(describe("text or a number", type -> type.isPrimitive()
                    || List.of("java.lang.String", "[Ljava.lang.String;").contains(type.getName())))
                .because("frameworks send exceptions to other machines, and to places where everybody may read them"),
            "stage.runtime.engine", "static class Broken extends RuntimeException { Object event; }"),

        new Rules("only the time adds a hook to the end of the JVM",
            classes().that(resideInAnyPackage(LIBRARY))
                .and().doNotHaveFullyQualifiedName("stage.runtime.time.RealTime")
                .should(notCall(Set.of("java.lang.Runtime.addShutdownHook")))
                .because("that happens only where a scope is asked to drain then, and is taken back with it"),
            "stage.runtime.engine", "void hook() { Runtime.getRuntime().addShutdownHook(null); }"),

        new Rules("no queue that threads share grows without a bound",
            noClasses().that(resideInAnyPackage(LIBRARY).and(not(queueOnlyTheirStages())))
                .should().dependOnClassesThat(queuesWithoutABound())
                .because("what comes faster than it is taken must be refused, wait, or be dropped, and be counted"),
            "stage.runtime.engine", "java.util.concurrent.ConcurrentLinkedQueue<String> queue;"),

        new Rules("no exception is bare",
            classes().that().resideInAPackage("stage..").should(notMakeBareExceptions())
                .because("who catches it must be able to tell what happened"),
            "stage.runtime.engine", "void fail() { throw new RuntimeException(\"bare\"); }"),

        new Rules("what users see is an interface, a record, an enum, an exception or final",
            classes().that().resideInAPackage("stage.api..").and().arePublic().should(beAShapeForUsers())
                .because("a class that users can extend cannot be changed any more"),
            "stage.api", "@Override public String toString() { return \"open for extension\"; }"));
  }

  /**
   * A room is a package. The nodes of a pipeline and what makes them are one: users see only the front of it, and the
   * runtime the back.
   */
  private static SliceAssignment rooms() {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        String room = type.getPackageName();
        if (!room.startsWith("stage.")) return SliceIdentifier.ignore();
        return SliceIdentifier.of(room.equals("stage.api.pipeline.plan") ? "stage.api.pipeline" : room);
      }

      @Override
      public String getDescription() {
        return "packages";
      }
    };
  }

  /** {@return the rule that nothing of the library calls these} */
  private static Rules banned(String name, Set<String> calls, String because, String offence) {
    return new Rules(name, classes().that(resideInAnyPackage(LIBRARY)).should(notCall(calls)).because(because),
        "stage.runtime.engine", offence);
  }

  /** {@return the rule that a room of the runtime, and those within it, see no others than these} */
  private static Rules room(String name, List<String> seen, String because, String offence) {
    String room = "stage.runtime." + name + "..";
    String[] allowed = Stream.concat(Stream.of(room), seen.stream()).toArray(String[]::new);
    ArchRule rule = noClasses().that().resideInAPackage(room).should()
        .dependOnClassesThat(resideInAPackage("stage..").and(resideOutsideOfPackages(allowed)))
        .because(because);
    String sees =
        seen.isEmpty() ? "nothing of Stage" : seen.stream().map(Rules::shortName).collect(Collectors.joining(", "));
    return new Rules(name + " sees " + sees, rule, "stage.runtime." + name, offence);
  }

  private static String shortName(String room) {
    return room.replaceFirst("^stage\\.(runtime\\.)?", "").replace("api..", "all of the api");
  }

  /** By name, since classes of the JDK are not imported. */
  private static DescribedPredicate<JavaClass> anException() {
    return describe("an exception", type -> Stream.iterate(type, next -> next != null,
        next -> next.getRawSuperclass().orElse(null)).anyMatch(next -> next.getName().matches(
            "java\\..*(Exception|Error|Throwable)")));
  }

  /** {@return the simple name of the class with the offence} */
  String offender() {
    var simpleName = new StringBuilder("Offender");
    for (String word : name.split("[^A-Za-z]+"))
      simpleName.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    return simpleName.toString();
  }

  @Override
  public String toString() {
    return name;
  }

  private static ArchCondition<JavaClass> notTouchTheWorld() {
    Set<String> calls =
        Set.of("java.lang.System.nanoTime", "java.lang.System.currentTimeMillis", "java.time.Instant.now",
            "java.time.LocalDateTime.now", "java.lang.Thread.ofVirtual", "java.lang.Thread.ofPlatform",
            "java.lang.Thread.startVirtualThread",
        "java.lang.Thread.<init>", "java.lang.Thread.start", "java.lang.Thread.join", "java.lang.Math.random");
    Set<String> types = Set.of("java.util.concurrent.locks.LockSupport", "java.util.concurrent.Executors",
        "java.util.Timer", "java.util.Random",
        "java.util.concurrent.ThreadLocalRandom", "java.util.SplittableRandom", "java.time.Clock");
    return new ArchCondition<>(
        "leave threads, parking, clocks and chance to stage.runtime.time and its simulated form") {
      @Override
      public void check(JavaClass origin, ConditionEvents events) {
        for (JavaAccess<?> call : origin.getAccessesFromSelf()) {
          if (calls.contains(nameOf(call)) || types.contains(call.getTargetOwner().getName()))
            report(origin, call, events);
        }
      }
    };
  }

  /** What is opened on a thread of a simulation is opened within it. */
  private static DescribedPredicate<JavaClass> findTheSimulation() {
    return classesNamed("services that users open", "stage.runtime.supervision.Runtime",
        "stage.runtime.pipeline.Planner");
  }

  /**
   * A queue that a user hands in is read as user code reads it; the engine completes a result, and never waits for it.
   */
  private static DescribedPredicate<JavaClass> holdsWhatUsersWaitFor() {
    return classesNamed("classes that hold what users wait for", "stage.api.Stage", "stage.api.QueuedElements",
        "stage.api.internal.Description",
        "stage.api.CollectorRef", "stage.api.CollectorSpec", "stage.api.supervision.Supervisor",
        "stage.runtime.flow.CollectorBehaviour");
  }

  /** There are as many as stages of one pipeline, or events that a test has asked to be kept. */
  private static DescribedPredicate<JavaClass> queueOnlyTheirStages() {
    return classesNamed("classes that queue their own stages, or events for a test", "stage.runtime.engine.Assembly",
        "stage.runtime.engine.StartSequence",
        "stage.runtime.pipeline.Deployment", "stage.runtime.testkit.ConsumerProbe");
  }

  private static DescribedPredicate<JavaClass> queuesWithoutABound() {
    Set<String> names = Set.of("ConcurrentLinkedQueue", "ConcurrentLinkedDeque", "LinkedBlockingQueue",
        "LinkedBlockingDeque", "PriorityBlockingQueue", "LinkedTransferQueue", "DelayQueue");
    return describe("queues of threads that have no bound",
        type -> type.getPackageName().equals("java.util.concurrent") && names.contains(type.getSimpleName()));
  }

  private static DescribedPredicate<JavaClass> classesNamed(String description, String... names) {
    return describe(description, type -> Set.of(names).contains(type.getName().replaceFirst("\\$.*", "")));
  }

  private static DescribedPredicate<JavaClass> waitingTypes() {
    Set<String> names = Set.of("CountDownLatch", "CyclicBarrier", "Phaser", "Exchanger", "Semaphore", "Future",
        "CompletableFuture", "FutureTask",
        "ExecutorService", "ScheduledExecutorService", "BlockingQueue", "ArrayBlockingQueue", "LinkedBlockingQueue",
        "SynchronousQueue",
        "LinkedTransferQueue", "DelayQueue");
    return describe("types that threads wait for",
        type -> type.getPackageName().equals("java.util.concurrent") && names.contains(type.getSimpleName())
        || type.getName().equals("java.util.concurrent.locks.Condition"));
  }

  private static ArchCondition<JavaClass> notCall(Set<String> banned) {
    return new ArchCondition<>("not call " + banned) {
      @Override
      public void check(JavaClass origin, ConditionEvents events) {
        for (JavaAccess<?> call : origin.getAccessesFromSelf())
          if (banned.contains(nameOf(call))) report(origin, call, events);
      }
    };
  }

  private static ArchCondition<JavaClass> notMakeBareExceptions() {
    Set<String> bare =
        Set.of("java.lang.RuntimeException", "java.lang.Exception", "java.lang.Error", "java.lang.Throwable");
    return new ArchCondition<>("not make an exception that says only that something went wrong") {
      @Override
      public void check(JavaClass origin, ConditionEvents events) {
        for (JavaAccess<?> call : origin.getConstructorCallsFromSelf()) {
          boolean isOwnSuperclass =
              origin.getRawSuperclass().map(parent -> parent.equals(call.getTargetOwner())).orElse(false);
          if (bare.contains(call.getTargetOwner().getName()) && !isOwnSuperclass) report(origin, call, events);
        }
      }
    };
  }

  private static ArchCondition<JavaClass> beAShapeForUsers() {
    return new ArchCondition<>("be an interface, a record, an enum, an exception or final") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean fits =
            type.isInterface() || type.isRecord() || type.isEnum() || type.getModifiers().contains(JavaModifier.FINAL);
        events.add(new SimpleConditionEvent(type, fits, type.getName() + (fits ? " fits" : " is an open class")));
      }
    };
  }

  private static String nameOf(JavaAccess<?> call) {
    return call.getTargetOwner().getName() + "." + call.getTarget().getName();
  }

  private static void report(JavaClass origin, JavaAccess<?> call, ConditionEvents events) {
    events.add(SimpleConditionEvent.violated(origin, call.getDescription()));
  }
}
