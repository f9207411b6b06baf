package stage.pipeline;

import static java.util.Comparator.comparingLong;
import static java.util.stream.Collectors.*;

import java.nio.file.*;
import java.sql.*;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import stage.api.pipeline.*;

/**
 * What users write, with one import of ours, and without a type witness but for mapMulti: javac infers the rest, from
 * lambdas, method references and {@code var}. Compiled, not run. {@link InferenceOfStages} has what needs more.
 */
final class Inference {
  private Inference() {}

  record Hit(Instant time, String client, String path, int status,
      long bytes) { static Hit parse(String line) throws java.text.ParseException { return null; } }
  record Order(long id, long user, long cents) {}
  record User(long id, String name) {}
  record Reading(String sensor, Instant at, double value) {}
  record Enriched(Order order, String name) {}
  record Flight(String carrier, int delay) { static Flight parse(String csv) { return null; } }

  // 1 word count over files
  static Map<String, Long> words(Path a, Path b) throws Exception {
    return Pipeline.lines(a, b)
        .flatMap(line -> List.of(line.toLowerCase().split("\\W+")))
        .filter(word -> !word.isEmpty())
        .keyBy(word -> word).workers(4)
        .count()
        .collect(toMap(KeyValue::key, KeyValue::value))
        .run("wordcount");
  }

  // 2 web log, requests and errors per status and minute, late lines to a file
  static Report weblog(Path log, java.io.Writer late) throws Exception {
    return Pipeline.lines(log)
        .map(Hit::parse).named("parse")
        .onFailure(OnFailure.deadLetter())
        .eventTime(Hit::time, Duration.ofSeconds(30))
        .keyBy(Hit::status).workers(2)
        .window(Windows.tumbling(Duration.ofMinutes(1)).lateness(Duration.ofMinutes(5)))
        .lateTo(hits -> hits.forEach(hit -> late.write(hit + "\n")))
        .count()
        .forEach(pane -> System.out.println(pane.window().start() + " " + pane.key() + " " + pane.value()))
        .run("weblog");
  }

  // 3 sessions
  record Visit(int hits, long bytes) {
    Visit plus(Hit hit) { return new Visit(hits + 1, bytes + hit.bytes()); }
    Visit plus(Visit other) { return new Visit(hits + other.hits, bytes + other.bytes); }
  }
  static List<Pane<String, Visit>> sessions(Pipeline<Hit> hits) throws Exception {
    return hits.eventTime(Hit::time, Duration.ofMinutes(1))
        .keyBy(Hit::client)
        .window(Windows.sessions(Duration.ofMinutes(30)))
        .aggregate(new Visit(0, 0), Visit::plus, Visit::plus)
        .toList().run();
  }
  static List<Pane<String, Visit>> sessionsByLambda(Pipeline<Hit> hits) throws Exception {
    return hits.eventTime(hit -> hit.time(), Duration.ofMinutes(1))
        .keyBy(hit -> hit.client())
        .window(Windows.sessions(Duration.ofMinutes(30)))
        .aggregate(new Visit(0, 0), (visit, hit) -> visit.plus(hit), (a, b) -> a.plus(b))
        .toList().run();
  }

  // 4 top-k: per window, and over all
  static void topK(Pipeline<Hit> hits) throws Exception {
    List<KeyValue<String, Long>> top = hits.keyBy(Hit::client).workers(4).sum(Hit::bytes)
        .topK(10, comparingLong(KeyValue::value)).run();
    hits.eventTime(Hit::time, Duration.ZERO)
        .keyBy(Hit::path).window(Windows.tumbling(Duration.ofMinutes(1))).count()
        .window(Windows.tumbling(Duration.ofMinutes(1)))                           // results carry time: end - 1 ns
        .aggregate(Aggregation.topK(3, comparingLong(Pane<String, Long>::value)))
        .forEach(pane -> System.out.println(pane.value().getFirst().key()))
        .run();
  }

  // 5 enrichment with a table stream
  static Job<List<Enriched>> enrich(Pipeline<Order> orders, Pipeline<User> users) {
    var table = users.toTable(User::id, Bound.rows(1_000_000)).loadedFirst();
    return orders.enrich(table, Order::user, (order, user) -> new Enriched(order, user.map(User::name).orElse("?")))
        .toList();
  }
  static Job<List<Enriched>> intervalJoin(Pipeline<Order> orders, Pipeline<User> users) {
    return orders.join(users).on(Order::user, User::id)
        .within(Duration.ZERO, Duration.ofMinutes(5), Bound.rows(100_000))
        .left((order, user) -> new Enriched(order, user.map(User::name).orElse("?")))
        .toList();
  }

  // 6 database, at most 16 connections
  static Job<Report> database(Pipeline<Long> ids, javax.sql.DataSource db) {
    return ids.mapConcurrent(16, id -> {
          try (var c = db.getConnection(); var s = c.prepareStatement("select name from users where id = ?")) {
            s.setLong(1, id);
            try (var r = s.executeQuery()) { return r.next() ? new User(id, r.getString(1)) : new User(id, "?"); }
          }
        })
        .timeout(Duration.ofSeconds(2))
        .onFailure(OnFailure.retry(3, Duration.ofMillis(50), Duration.ofSeconds(1)).then(OnFailure.skip()))
        .forEach(user -> System.out.println(user.name()));
  }

  // 7 queue consumer with acks and batch insert
  static Job<Report> queue(DeliverySource<Order> queue, javax.sql.DataSource db) {
    return Pipeline.deliveries(queue, Settling.inFlight(5_000))
        .filter(order -> order.cents() > 0)
        .keyBy(Order::user).workers(4)
        .perWorker(part -> part.batchWithin(500, Duration.ofMillis(200)))
        .forEach(batch -> insert(db, batch));
  }
  static void insert(javax.sql.DataSource db, List<Order> batch) throws SQLException {}

  // 8 rate-limited API calls
  static Job<List<String>> api(Pipeline<String> urls, java.net.http.HttpClient http) {
    return urls.throttle(10, Duration.ofSeconds(1), 20)
        .mapConcurrentUnordered(8, url -> http.send(java.net.http.HttpRequest.newBuilder(java.net.URI.create(url))
            .build(),
            java.net.http.HttpResponse.BodyHandlers.ofString()).body())
        .toList();
  }

  // 9 sensors merged by watermark, one of them may fall silent
  static Job<Report> sensors(Pipeline<Reading> a, Pipeline<Reading> b) {
    var time = EventTime.of(Reading::at).outOfOrder(Duration.ofSeconds(5)).idleAfter(Duration.ofMinutes(1));
    return Pipeline.merge(a.eventTime(time), b.eventTime(time))
        .keyBy(Reading::sensor)
        .window(Windows.sliding(Duration.ofMinutes(5), Duration.ofMinutes(1)))
        .aggregate(0.0, (max, reading) -> Math.max(max, reading.value()), Math::max)
        .forEach(pane -> System.out.println(pane));
  }

  // 10 two sinks
  static Job<Report> twoSinks(Pipeline<Hit> hits, Path raw, java.io.Writer alarm) {
    return hits.broadcastTo(
        all -> all.map(Hit::toString).batch(1000).forEach(lines -> Files.write(raw, lines, StandardOpenOption.APPEND)),
        all -> all.filter(hit -> hit.status() >= 500).forEach(hit -> alarm.write(hit.path())));
  }

  // 11 CSV to aggregated JSON
  static String csvToJson(Path csv) throws Exception {
    return Pipeline.lines(csv).drop(1)
        .parallel(4, part -> part.map(Flight::parse).filter(flight -> flight.delay() >= 0))
        .keyBy(Flight::carrier)
        .aggregate(new long[] {0, 0}, (a, flight) -> new long[] {a[0] + 1, a[1] + flight.delay()})
        .map(row -> "{\"carrier\":\"" + row.key() + "\",\"flights\":" + row.value()[0] + ",\"delay\":"
            + row.value()[1] + "}")
        .collect(joining(",\n", "[", "]"))
        .run("csv-to-json");
  }

  // more inference
  static void more(Pipeline<Hit> hits, Pipeline<String> names) throws Exception {
    Pipeline<Object> any = Pipeline.merge(hits, names);
    Pipeline<String> s = hits.zip(names, (hit, name) -> hit.client() + name);
    Pipeline<Long> running = hits.scan(0L, (sum, hit) -> sum + hit.bytes());
    Pipeline<String> multi = hits.<String>mapMulti((hit, out) -> { out.accept(hit.client()); out.accept(hit.path()); });
    Job<Map<Integer, Long>> byStatus = hits.collect(groupingBy(Hit::status, counting()));
    Job<DoubleSummaryStatistics> stats = hits.collect(summarizingDouble(Hit::bytes));
    Pipeline<KeyValue<Integer, List<Hit>>> lists = hits.keyBy(Hit::status).collect(toList());
    Pipeline<Integer> numbers = Pipeline.of(1, 2, 3);
    Pipeline<Number> mixed = Pipeline.of(1, 2.0, 3L);
    Job<Integer> sum = numbers.reduce(0, Integer::sum);
    Job<Integer> sum2 = numbers.reduce(0, (a, b) -> a + b);
    var perKey = hits.keyBy(hit -> hit.status()).aggregate(Aggregation.summing(Hit::bytes));
    Pipeline<KeyValue<Integer, Long>> typed = perKey;
    Pipeline<Pane<All, Long>> all = hits.window(Windows.count(100)).count();
    var job = hits.alsoTo(copy -> copy.forEach(System.out::println)).divertTo(h -> h.status() > 499, bad ->
        bad.count()).toList();
    List<Hit> list = job.run();
  }
}
