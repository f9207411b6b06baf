package stage.heap;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
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

/** A copy of the engine that asks {@link ScarceHeap} before it takes memory. */
final class ScarceEngine extends URLClassLoader {
  private static final List<String> ROOMS =
      List.of("engine", "dispatch", "lane", "mailbox", "supervision", "flow", "bridge");
  private static final Set<String> GROWING = Set.of("add", "addAll", "addFirst", "addLast", "offer", "push", "put",
      "putAll", "putIfAbsent", "computeIfAbsent", "merge", "of", "copyOf", "copyOfRange", "toArray", "toList",
      "asList");

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
    if (isForTheSimulation || isElsewhere) return super.findClass(name);
    try (InputStream stored = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (stored == null) throw new ClassNotFoundException(name);
      var writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
      new ClassReader(stored).accept(new Asking(writer), 0);
      byte[] changed = writer.toByteArray();
      return defineClass(name, changed, 0, changed.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts a question before each instruction that takes memory. */
  private static final class Asking extends ClassVisitor {
    private String type;

    Asking(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visit(int version, int access, String name, String signature, String superName, String[] interfaces) {
      type = name.substring("stage/runtime/".length());
      super.visit(version, access, name, signature, superName, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
        String[] exceptions) {
      MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
      boolean isForTheSimulation = type.equals("lane/Lane") && (name.equals("snapshot") || name.equals("counters"));
      if (name.equals("<clinit>") || isForTheSimulation) return next;
      return new MethodVisitor(Opcodes.ASM9, next) {
        private int line;

        private void ask() {
          super.visitLdcInsn(type + "." + name + ":" + line);
          super.visitMethodInsn(Opcodes.INVOKESTATIC, "stage/heap/ScarceHeap", "take", "(Ljava/lang/String;)V", false);
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
          if (opcode == Opcodes.NEW) ask();   // behind it: frames know it by its place
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
          super.visitInvokeDynamicInsn(called, takes, bootstrap, arguments);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String called, String takes, boolean isInterface) {
          if (owner.startsWith("java/util/") && GROWING.contains(called) && !takes.startsWith("()L")) ask();
          super.visitMethodInsn(opcode, owner, called, takes, isInterface);
        }
      };
    }
  }
}
