package stage.runtime.pipeline.operator;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The tests of the operators, as a function: run where JUnit is not, on a copy of the operators with a bug in it. */
public final class OperatorChecks {
  private static final List<Class<?>> QUICK =
      List.of(EventTimeTest.class, WindowsTest.class, KeyedTest.class, JoinsTest.class);

  private OperatorChecks() {}

  /** {@return the name of the first check that fails; null if none does} */
  public static String firstToFail() throws ReflectiveOperationException {
    for (Class<?> type : QUICK) {
      for (Class<?> nested : type.getDeclaredClasses()) {
        if (Modifier.isStatic(nested.getModifiers())) continue;
        Method[] methods = nested.getDeclaredMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method method : methods) {
          if (!isTest(method)) continue;
          try {
            run(type, nested, method);
          } catch (InvocationTargetException failed) {
            return nested.getSimpleName() + "." + method.getName();
          }
        }
      }
    }
    try {
      InterleavingTest.some();
    } catch (Exception | AssertionError failed) {
      return "InterleavingTest.some";
    }
    return null;
  }

  private static boolean isTest(Method method) {
    int modifiers = method.getModifiers();
    return method.getReturnType() == void.class && method.getParameterCount() == 0 && !method.isSynthetic()
        && !Modifier.isStatic(modifiers) && !Modifier.isPrivate(modifiers);
  }

  private static void run(Class<?> type, Class<?> nested, Method method) throws ReflectiveOperationException {
    var outerConstructor = type.getDeclaredConstructor();
    outerConstructor.setAccessible(true);
    var constructor = nested.getDeclaredConstructor(type);
    constructor.setAccessible(true);
    method.setAccessible(true);
    method.invoke(constructor.newInstance(outerConstructor.newInstance()));
  }
}
