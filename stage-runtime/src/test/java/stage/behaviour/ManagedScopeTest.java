package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;
import stage.api.Stage;
import stage.api.observe.Registration;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Numbers;

class ManagedScopeTest {
  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

  private static ObjectName name() throws Exception {
    return new ObjectName("stage:type=Scope,name=\"managed\"");
  }

  @Test
  void isThereOnRequestOnlyAndGoneAfterTheClose() throws Exception {
    try (Supervisor app = Supervisor.open("managed")) {
      app.start(Stage.producer("numbers", Numbers::new));
      assertThat(server.isRegistered(name())).isFalse();
      app.manage();
      var stages = (CompositeData[]) server.getAttribute(name(), "Stages");
      assertThat(stages).hasSize(1);
      assertThat(stages[0].get("path")).isEqualTo("managed/numbers");
      assertThat((String[]) server.invoke(name(), "explain", new Object[0], new String[0]))
          .containsExactly("`managed/numbers` has no consumer");
      assertThat((String) server.invoke(name(), "json", new Object[0], new String[0])).startsWith("{\"v\":1,");
    }
    assertThat(server.isRegistered(name())).isFalse();
  }

  @Test
  void canBeTakenAwayAndShownAgainButNotTwice() throws Exception {
    try (Supervisor app = Supervisor.open("managed")) {
      Registration shown = app.manage();
      assertThatThrownBy(app::manage).isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("scope managed could not be registered as a managed bean: ");
      shown.close();
      shown.close();
      assertThat(server.isRegistered(name())).isFalse();
      app.manage();
      assertThat(server.isRegistered(name())).isTrue();
    }
  }
}
