package stage.behaviour.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs a test at each interesting size of demand: arguments max and min. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "at demand {0}/{1}")
@CsvSource({"1, 0", "2, 1", "10, 0", "64, 32", "1000, 500"})
public @interface WithDemands {}
