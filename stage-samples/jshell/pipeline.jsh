// Words counted, then temperatures by minute: late ones apart, and the table that comes of it. What runs is described first.

var text = List.of("the quick brown fox", "the lazy dog", "the end")
var words = Pipeline.from(text).flatMap(line -> List.of(line.split(" "))).keyBy(word -> word).workers(2).count()
System.out.println(words.toList().describe())
System.out.println(words.topK(1, Comparator.comparingLong(KeyValue::value)).run())

record Reading(String sensor, Instant at, double celsius) {}
var noon = Instant.parse("2026-11-30T12:00:00Z")
var readings = List.of(
    new Reading("roof", noon, 3.5), new Reading("roof", noon.plusSeconds(50), 4.5), new Reading("cellar", noon.plusSeconds(55), 11.0),
    new Reading("roof", noon.plusSeconds(130), 5.0), new Reading("cellar", noon.plusSeconds(20), 12.0))

Pipeline.from(readings).
    eventTime(Reading::at, Duration.ofSeconds(30)).
    keyBy(Reading::sensor).
    window(Windows.tumbling(Duration.ofMinutes(1))).
    lateTo(late -> late.forEach(reading -> System.out.println("late: " + reading))).
    aggregate(-273.0, (most, reading) -> Math.max(most, reading.celsius())).
    forEach(pane -> System.out.println(pane.window().start() + " " + pane.key() + " " + pane.value())).
    run()

/exit
