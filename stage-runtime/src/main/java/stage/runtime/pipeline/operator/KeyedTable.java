package stage.runtime.pipeline.operator;

/** Results by key: of one window, or of all time. */
sealed interface KeyedTable permits LongTable, ValueTable {
  void add(Object key, Object element) throws Exception;

  /** As {@link #add}, of an element that was not marked: what throws leaves everything as it was. */
  void take(Object key, int hash, Object element) throws Exception;

  /** {@return the result of a key's elements, not yet finished} */
  Object raw(int place);

  /** {@return the result of a key} Runs the user's finish. */
  Object result(int place) throws Exception;

  /** {@return the keys} For walking only. */
  Slots slots();

  KeyedTable successor();
}
