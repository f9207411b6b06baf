package stage.runtime.pipeline;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import stage.api.pipeline.Fn2;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.plan.Framing;
import stage.api.pipeline.plan.Reducing;
import stage.runtime.pipeline.operator.Operators;
import stage.runtime.pipeline.operator.SingleInput;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;

/**
 * Makes operators of elements that may answer for deliveries: the user's functions are given elements by themselves,
 * and what they make of them answers for the same.
 *
 * @param isCounted whether elements may; else the functions are given as they are
 */
record Counted(boolean isCounted) {
  Fn2<Object, Object, Object> function(Fn2<Object, Object, Object> fn) {
    if (!isCounted) return fn;
    return (one, other) -> {
      Object made = fn.apply(value(one), value(other));
      return made == null ? null : Carried.of(made, Claim.join(claim(one), claim(other)));
    };
  }

  /** {@return an element, or what may be missing, by itself} */
  private static Object value(Object side) {
    return side instanceof Optional<?> optional ? optional.map(Carried::valueOf) : Carried.valueOf(side);
  }

  private static Claim claim(Object side) {
    return Carried.claimOf(side instanceof Optional<?> optional ? optional.orElse(null) : side);
  }

  Comparator<Object> order(Comparator<Object> order) {
    return isCounted ? (one, other) -> order.compare(Carried.valueOf(one), Carried.valueOf(other)) : order;
  }

  SingleInput<Object, Object> operator(Reducing how, Optional<Framing> framing) {
    if (!isCounted) return Operators.reducing(how, framing);
    if (how instanceof Reducing.Batch batch && framing.isEmpty()) return batches(batch);
    return Operators.reducing(framing.isPresent() ? Gathered.reducing(how) : how, framing);
  }

  private static SingleInput<Object, Object> batches(Reducing.Batch how) {
    return Operators.batches(how, (key, elements) -> {
      Gathered list = Gathered.of((List<?>) elements);
      return new Gathered(new KeyValue<>(key, list.value()), list.claim());
    });
  }
}
