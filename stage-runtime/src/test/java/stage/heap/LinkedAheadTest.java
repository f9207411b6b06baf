package stage.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.runtime.time.Time;

/**
 * F5: a lambda or a pattern switch is linked at its first use. If the heap is full then, the call fails, and so do all
 * later ones at that place. So the engine has none, but for those that the first scope and the first stage link.
 */
class LinkedAheadTest {
  private static final List<String> ROOMS =
      List.of("engine", "dispatch", "lane", "mailbox", "supervision", "bridge", "time");
  private static final Set<String> LINKING =
      Set.of("java/lang/invoke/LambdaMetafactory", "java/lang/runtime/SwitchBootstraps");

  /** Linked as a scope opens; for the start of any stage; or in simulations alone. */
  private static final Set<String> ALLOWED = Set.of(
      "supervision/Runtime.open", "supervision/Scope.<init>", "supervision/Scope.onExit",
      "supervision/ScopeContext.<init>", "time/RealTime.onExit", "mailbox/Mailbox.<clinit>",
      "engine/ConsumerHalf.<clinit>",
      "engine/Cell.<init>", "engine/Roles.of", "dispatch/LaneDispatch.of", "engine/WorkSelector.lookWhileNotRunning",
      "supervision/Scope.whyStill", "engine/CellTrace.lifeOf");

  @Nested
  class WhatACallMayBeTheFirstToUse {
    @Test
    void f05_needsNoLinking() throws Exception {
      Path classes = Path.of(Time.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Set<String> linked = new TreeSet<>();
      for (String room : ROOMS)
        try (Stream<Path> files = Files.list(classes.resolve("stage/runtime/" + room))) {
          files.filter(file -> file.toString().endsWith(".class")).forEach(file -> linked.addAll(linkedBy(room, file)));
        }
      assertThat(linked).as("no place of the list is there without need").containsAll(ALLOWED);
      linked.removeAll(ALLOWED);
      assertThat(linked).as("use a nested class, a loop, lock() with try and finally, or instanceof").isEmpty();
    }
  }

  /** {@return the methods of a class that have such call sites} */
  private static Set<String> linkedBy(String room, Path file) {
    Set<String> found = new TreeSet<>();
    String name = file.getFileName().toString().replace(".class", "");
    try (InputStream stored = Files.newInputStream(file)) {
      new ClassReader(stored).accept(new ClassVisitor(Opcodes.ASM9) {
        @Override
        public MethodVisitor visitMethod(int access, String method, String descriptor, String signature,
            String[] exceptions) {
          return new MethodVisitor(Opcodes.ASM9) {
            @Override
            public void visitInvokeDynamicInsn(String called, String takes, Handle bootstrap, Object... arguments) {
              if (LINKING.contains(bootstrap.getOwner())) found.add(room + "/" + name + "." + method);
            }
          };
        }
      }, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }
}
