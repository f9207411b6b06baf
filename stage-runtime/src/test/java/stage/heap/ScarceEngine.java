package stage.heap;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import stage.api.StageRef;
import stage.runtime.time.Time;

/** A copy of the engine that asks {@link ScarceHeap} before it takes memory, and before it links for the first time. */
final class ScarceEngine extends URLClassLoader {
  /**
   * Their calls are linked at their first use. If the heap is full then, they fail with an error of their own, in one
   * JDK or another since 21, which the JVM records and throws for ever after. So does {@code StringConcatFactory}, but
   * Maven compiles concatenations without it.
   */
  private static final Set<String> RECORDED = Set.of("java/lang/invoke/LambdaMetafactory",
      "java/lang/runtime/SwitchBootstraps", "java/lang/runtime/ObjectMethods");
  private static final List<String> ROOMS =
      List.of("engine", "dispatch", "lane", "mailbox", "supervision", "flow", "bridge");
  private static final Set<String> GROWING = Set.of("add", "addAll", "addFirst", "addLast", "offer", "push", "put",
      "putAll", "putIfAbsent", "computeIfAbsent", "merge", "of", "copyOf", "copyOfRange", "toArray", "toList",
      "asList");

  private final Map<String, Boolean> initializers = new HashMap<>();   // whether a class has a static one

  ScarceEngine(Class<?>... others) {
    super("scarce", where(others), ClassLoader.getPlatformClassLoader());
  }

  private static URL[] where(Class<?>... others) {
    URL[] all = new URL[others.length + 2];
    for (int i = 0; i < others.length; i++) all[i] = where(others[i]);
    all[others.length] = where(Time.class);
    all[others.length + 1] = where(StageRef.class);
    return all;
  }

  private static URL where(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    boolean isForTheSimulation = name.endsWith(".CellTrace");
    boolean isElsewhere = ROOMS.stream().noneMatch(room -> name.startsWith("stage.runtime." + room + "."));
    boolean isApi = name.startsWith("stage.api.");   // it links for the engine, and is given its memory
    if (isForTheSimulation || isElsewhere && !isApi) return super.findClass(name);
    try (InputStream stored = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (stored == null) throw new ClassNotFoundException(name);
      var writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
      new ClassReader(stored).accept(new Asking(writer, !isApi), 0);
      byte[] changed = writer.toByteArray();
      return defineClass(name, changed, 0, changed.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A static initializer that fails for want of memory leaves a class that nobody can use any more. */
  private boolean hasInitializer(String type) {
    return type.startsWith("stage/") && !type.startsWith("stage/heap/")
        && initializers.computeIfAbsent(type, this::looksForInitializer);
  }

  private boolean looksForInitializer(String type) {
    boolean[] found = {false};
    try (InputStream stored = getResourceAsStream(type + ".class")) {
      if (stored == null) return false;
      new ClassReader(stored).accept(new ClassVisitor(Opcodes.ASM9) {
        @Override
        public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
            String[] exceptions) {
          found[0] |= name.equals("<clinit>");
          return null;
        }
      }, ClassReader.SKIP_CODE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found[0];
  }

  /** Puts a question before each instruction that takes memory, or that links. */
  private final class Asking extends ClassVisitor {
    private final boolean asksForMemory;
    private String type;

    Asking(ClassVisitor next, boolean asksForMemory) {
      super(Opcodes.ASM9, next);
      this.asksForMemory = asksForMemory;
    }

    @Override
    public void visit(int version, int access, String name, String signature, String superName, String[] interfaces) {
      type = name;
      super.visit(version, access, name, signature, superName, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
        String[] exceptions) {
      MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
      boolean isForTheSimulation = type.equals("stage/runtime/lane/Lane")
          && (name.equals("snapshot") || name.equals("counters"));
      if (name.equals("<clinit>") || isForTheSimulation) return next;
      return new MethodVisitor(Opcodes.ASM9, next) {
        private int line;
        private int sites;

        private void ask() {
          if (!asksForMemory) return;
          super.visitLdcInsn(type + "." + name + ":" + line);
          super.visitMethodInsn(Opcodes.INVOKESTATIC, "stage/heap/ScarceHeap", "take", "(Ljava/lang/String;)V", false);
        }

        private void link(String what) {
          super.visitLdcInsn(what);
          super.visitMethodInsn(Opcodes.INVOKESTATIC, "stage/heap/ScarceHeap", "link", "(Ljava/lang/String;)V", false);
        }

        private void initialize(String owner) {
          if (!owner.equals(type) && hasInitializer(owner)) link("class " + owner);
        }

        @Override
        public void visitLineNumber(int number, Label start) {
          line = number;
          super.visitLineNumber(number, start);
        }

        @Override
        public void visitTypeInsn(int opcode, String made) {
          if (opcode == Opcodes.ANEWARRAY) ask();
          super.visitTypeInsn(opcode, made);
          if (opcode == Opcodes.NEW) {   // behind it: frames know it by its place
            initialize(made);
            ask();
          }
        }

        @Override
        public void visitIntInsn(int opcode, int operand) {
          if (opcode == Opcodes.NEWARRAY) ask();
          super.visitIntInsn(opcode, operand);
        }

        @Override
        public void visitInvokeDynamicInsn(String called, String takes, Handle bootstrap, Object... arguments) {
          boolean isMadeOnce = takes.startsWith("()") || called.equals("typeSwitch");
          if (!isMadeOnce) ask();
          if (RECORDED.contains(bootstrap.getOwner()))
            link(called + " at " + type + "." + name + ":" + line + "/" + ++sites);
          super.visitInvokeDynamicInsn(called, takes, bootstrap, arguments);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String field, String descriptor) {
          if (opcode == Opcodes.GETSTATIC || opcode == Opcodes.PUTSTATIC) initialize(owner);
          super.visitFieldInsn(opcode, owner, field, descriptor);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String called, String takes, boolean isInterface) {
          if (opcode == Opcodes.INVOKESTATIC) initialize(owner);
          if (called.equals("ensureInitialized")) {
            super.visitInsn(Opcodes.DUP);
            super.visitMethodInsn(Opcodes.INVOKESTATIC, "stage/heap/ScarceHeap", "initialize", "(Ljava/lang/Class;)V",
                false);
          }
          // streams are made of lambdas and of classes that have much to initialize
          if (called.equals("stream") && takes.endsWith("Ljava/util/stream/Stream;"))
            link("stream at " + type + "." + name + ":" + line);
          if (owner.startsWith("java/util/") && GROWING.contains(called) && !takes.startsWith("()L")) ask();
          boolean isIterator = called.equals("iterator") && takes.equals("()Ljava/util/Iterator;");
          if (isIterator && owner.startsWith("java/util/")) ask();   // it takes memory until it is compiled away
          super.visitMethodInsn(opcode, owner, called, takes, isInterface);
        }
      };
    }
  }
}
