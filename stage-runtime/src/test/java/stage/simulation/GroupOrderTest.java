package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import stage.api.supervision.Strategy;

/** The reference model objects to what must not be. */
class GroupOrderTest {
  private final List<String> problems = new ArrayList<>();

  private GroupOrder started(Strategy strategy) {
    var order = new GroupOrder(strategy, problems::add);
    for (String path : List.of("a", "b", "c")) {
      order.isNext(path);
      order.begins(path);
    }
    return order;
  }

  @Test
  void toAStartBeforeTheOneThatComesBeforeIt() {
    var order = new GroupOrder(Strategy.ONE_FOR_ONE, problems::add);
    order.isNext("a");
    order.isNext("b");
    assertThat(problems).singleElement().asString().startsWith("b is to be started before [a] were");
  }

  @Test
  void toTheRestartOfABystander() {
    started(Strategy.ONE_FOR_ONE).restarted("b");
    assertThat(problems).singleElement().asString().startsWith("b was restarted, but has not crashed");
  }

  @Test
  void toStopsAndStartsInAnotherOrder() {
    GroupOrder order = started(Strategy.ONE_FOR_ALL);
    order.crashed("a");
    order.stopsForGroup("b");
    order.stopsForGroup("c");
    order.begins("b");
    order.begins("a");
    assertThat(problems).hasSize(2);
    assertThat(problems.getFirst()).startsWith("c was stopped after one that comes earlier");
    assertThat(problems.getLast()).startsWith("a was started after one that comes later");
  }

  @Test
  void toNothingThatIsInOrder() {
    GroupOrder order = started(Strategy.REST_FOR_ONE);
    order.crashed("b");
    order.stopsForGroup("c");
    order.begins("b");
    order.restarted("b");
    order.begins("c");
    assertThat(problems).isEmpty();
  }
}
