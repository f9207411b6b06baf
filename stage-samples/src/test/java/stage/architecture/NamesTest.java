package stage.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What users name next to classes of the JDK. */
class NamesTest {
  private static final Path API = Path.of("../stage-api/target/classes/stage/api");

  private static Stream<Class<?>> types() {
    return new ClassFileImporter().importPaths(API).stream()
        .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
        .map(JavaClass::reflect);
  }

  private static boolean isInTheJdk(String name) {
    return Object.class.getModule().getDescriptor().exports().stream()
        .filter(export -> !export.isQualified())
        .map(ModuleDescriptor.Exports::source)
        .anyMatch(room -> exists(room + "." + name));
  }

  private static boolean exists(String name) {
    try {
      return Modifier.isPublic(Class.forName(name, false, ClassLoader.getPlatformClassLoader()).getModifiers());
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  @Test
  void noTypeIsCalledAsOneOfJavaBaseIs() {
    assertThat(exists("java.util.concurrent.Flow")).isTrue();
    List<String> clashing = types().map(Class::getSimpleName).filter(NamesTest::isInTheJdk).toList();
    assertThat(clashing).isEmpty();
  }

  @Test
  void exceptionsSayThatTheyAreOne() {
    List<String> thrown = types().filter(Throwable.class::isAssignableFrom).map(Class::getSimpleName).toList();
    assertThat(thrown).hasSizeGreaterThan(8).allMatch(name -> name.endsWith("Exception"));
  }
}
