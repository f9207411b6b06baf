package stage.runtime.engine;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import stage.api.MapState;
import stage.api.State;
import stage.runtime.bridge.Transactional;

/** The states of one cell: they outlive incarnations, and change with the turn. The cell's thread only. */
final class States {
  private final OwnThread cell;
  private final Map<String, Stored> byName = new LinkedHashMap<>();
  private boolean committing;   // from the first to the last: what goes with it is published already

  States(OwnThread cell) {
    this.cell = cell;
  }

  /** What a turn may change and undo. */
  private sealed interface Stored {
    Stored committedOnly();

    /** What the turn emitted is about to be published. */
    default void prepare() {}

    void commit();

    void rollback();

    /** Puts aside what a generator has changed and not yet kept, while another turn runs within its own. */
    void putAside();

    /** Takes up again what was put aside, but for what the other turn has changed too. */
    void takeUp();
  }

  /**
   * {@return states with what was committed, which share nothing that changes with these} These are left to a thread
   * that was replaced.
   */
  States committedOnly() {
    var states = new States(cell);
    for (Map.Entry<String, Stored> each : byName.entrySet())
      states.byName.put(each.getKey(), each.getValue().committedOnly());
    return states;
  }

  @SuppressWarnings("unchecked")   // the name was given by the same author
  <T> State<T> state(String name, T initial) {
    Stored known = byName.get(name);
    if (known == null) byName.put(name, known = new Value<>(cell, initial));
    if (known instanceof Value<?> value) return (State<T>) value;
    throw new IllegalArgumentException(
        "state \"" + name + "\" of stage " + cell.path() + " is a map state; ask for it with mapState()");
  }

  @SuppressWarnings("unchecked")
  <K, V> MapState<K, V> mapState(String name) {
    Stored known = byName.get(name);
    if (known == null) byName.put(name, known = new Keyed<>(cell, new HashMap<>()));
    if (known instanceof Keyed<?, ?> keyed) return (MapState<K, V>) keyed;
    throw new IllegalArgumentException(
        "state \"" + name + "\" of stage " + cell.path() + " is not a map state; ask for it with state()");
  }

  @SuppressWarnings("unchecked")   // the name was given by the same operator
  <T extends Transactional> T transactional(String name, Supplier<T> first) {
    Stored known = byName.get(name);
    if (known == null) byName.put(name, known = new Operated(first.get()));
    if (known instanceof Operated operated) return (T) operated.state;
    throw new IllegalArgumentException(
        "state \"" + name + "\" of stage " + cell.path() + " is no operator's; ask for it with state() or mapState()");
  }

  /** The turn is over, and nothing of it is published yet. */
  void prepare() {
    for (Stored kept : byName.values()) kept.prepare();
  }

  /**
   * Keeps what the turn has changed. If that fails, on a full heap or in a user's key, it is gone on with in
   * place of a rollback.
   */
  void commit() {
    committing = true;
    for (Stored kept : byName.values()) kept.commit();
    committing = false;
  }

  void rollback() {
    if (committing) {
      commit();
      return;
    }
    for (Stored kept : byName.values()) kept.rollback();
  }

  void putAside() {
    for (Stored kept : byName.values()) kept.putAside();
  }

  void takeUp() {
    for (Stored kept : byName.values()) kept.takeUp();
  }

  /** The state of an operator, which does all this itself. */
  private record Operated(Transactional state) implements Stored {
    @Override
    public Stored committedOnly() {
      return new Operated(state.committedOnly());
    }

    @Override
    public void prepare() {
      state.prepare();
    }

    @Override
    public void commit() {
      state.commit();
    }

    @Override
    public void rollback() {
      state.rollback();
    }

    @Override
    public void putAside() {
      // only generators run a turn within another, and have no such state
    }

    @Override
    public void takeUp() {
      // as putAside
    }
  }

  private static final class Value<T> implements State<T>, Stored {
    private final OwnThread cell;
    private T committed;
    private T current;
    private T aside;   // null if nothing was put aside

    Value(OwnThread cell, T initial) {
      this.cell = cell;
      this.committed = initial;
      this.current = initial;
    }

    @Override
    public Stored committedOnly() {
      return new Value<>(cell, committed);
    }

    @Override
    public T value() {
      cell.ensureOwnThread("value()");
      return current;
    }

    @Override
    public void set(T value) {
      cell.ensureOwnThread("set()");
      current = Objects.requireNonNull(value, "value must not be null");
    }

    @Override
    public void commit() {
      if (current != committed) aside = null;
      committed = current;
    }

    @Override
    public void rollback() {
      current = committed;
    }

    @Override
    public void putAside() {
      aside = current == committed ? null : current;
      current = committed;
    }

    @Override
    public void takeUp() {
      if (aside != null) current = aside;
      aside = null;
    }
  }

  /** A map, and over it what the turn has changed; a null there stands for a removed key. */
  private static final class Keyed<K, V> implements MapState<K, V>, Stored {
    private final OwnThread cell;
    private final Map<K, V> committed;   // only the cell's thread writes to it, when it commits
    private Map<K, V> changed = new HashMap<>();
    private Map<K, V> aside = new HashMap<>();
    private int size;

    Keyed(OwnThread cell, Map<K, V> committed) {
      this.cell = cell;
      this.committed = committed;
      this.size = committed.size();
    }

    @Override
    public Stored committedOnly() {
      return new Keyed<>(cell, committed);
    }

    @Override
    public V get(K key) {
      cell.ensureOwnThread("get()");
      return valueOf(Objects.requireNonNull(key, "key must not be null"));
    }

    private V valueOf(K key) {
      if (!changed.isEmpty()) {
        V value = changed.get(key);
        if (value != null || changed.containsKey(key)) return value;
      }
      return committed.get(key);
    }

    @Override
    public void put(K key, V value) {
      cell.ensureOwnThread("put()");
      Objects.requireNonNull(key, "key must not be null");
      Objects.requireNonNull(value, "value must not be null");
      if (valueOf(key) == null) size++;
      changed.put(key, value);
    }

    @Override
    public void remove(K key) {
      cell.ensureOwnThread("remove()");
      if (valueOf(Objects.requireNonNull(key, "key must not be null")) == null) return;
      size--;
      changed.put(key, null);
    }

    @Override
    public int size() {
      cell.ensureOwnThread("size()");
      return size;
    }

    @Override
    public void forEach(BiConsumer<? super K, ? super V> action) {
      cell.ensureOwnThread("forEach()");
      Objects.requireNonNull(action, "action must not be null");
      for (Map.Entry<K, V> each : committed.entrySet())
        if (!changed.containsKey(each.getKey())) action.accept(each.getKey(), each.getValue());
      for (Map.Entry<K, V> each : changed.entrySet())
        if (each.getValue() != null) action.accept(each.getKey(), each.getValue());
    }

    @Override
    public Map<K, V> copy() {
      cell.ensureOwnThread("copy()");
      Map<K, V> copy = new HashMap<>(committed);
      for (Map.Entry<K, V> each : changed.entrySet()) {
        if (each.getValue() == null) copy.remove(each.getKey());
        else copy.put(each.getKey(), each.getValue());
      }
      return copy;
    }

    @Override
    public void commit() {
      if (changed.isEmpty()) return;
      for (Map.Entry<K, V> each : changed.entrySet()) {
        if (each.getValue() == null) committed.remove(each.getKey());
        else committed.put(each.getKey(), each.getValue());
        aside.remove(each.getKey());
      }
      changed.clear();
    }

    @Override
    public void rollback() {
      changed.clear();
      size = committed.size();
    }

    @Override
    public void putAside() {
      swap();
      size = committed.size();
    }

    @Override
    public void takeUp() {
      swap();
      size = committed.size();
      for (Map.Entry<K, V> each : changed.entrySet())
        size += (each.getValue() == null ? 0 : 1) - (committed.containsKey(each.getKey()) ? 1 : 0);
    }

    private void swap() {
      Map<K, V> other = aside;
      aside = changed;
      changed = other;
    }
  }
}
