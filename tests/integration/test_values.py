"""How values are counted and logged: every kind of number and text, as Python reads them."""

import json
import math
import re
import unicodedata
import unittest

from faults.rows import row
from support.baselines import AGE, COLOUR, GRADE, SMALL, copies
from support.daemon import Daemon, await_true, sample

INFINITE = "+Inf"
BIG = "9" * 400

# A value as JSON, the bucket of AGE (bounds 0 and 10) that counts it, and what it adds to the sum.
NUMERIC = [
    ("5", "10.0", 5), ("-1", "0.0", -1), ("0", "0.0", 0), ("-0", "0.0", 0), ("-0.0", "0.0", 0),
    ("10", "10.0", 10), ("1e1", "10.0", 10), ("10.000000000000002", INFINITE, 10.000000000000002),
    ("5e-324", "10.0", 5e-324), ("1e-400", "0.0", 0), ("-1e-400", "0.0", 0),
    ("1e308", INFINITE, 1e308), ("1e309", INFINITE, 0), ("-1e309", "0.0", 0),
    ("9007199254740993", INFINITE, 9007199254740992.0), ("18446744073709551616", INFINITE, 2.0**64),
    (BIG, INFINITE, 0), (f"-{BIG}", "0.0", 0), ("0." + "0" * 400 + "1", "0.0", 0),
    ("true", "10.0", 1), ("false", "0.0", 0),
    ("null", INFINITE, 0), ("NaN", INFINITE, 0), ("Infinity", INFINITE, 0),
    ("-Infinity", "0.0", 0),
    ('"5"', "10.0", 5), ('" 5\\t"', "10.0", 5), ('"+5"', "10.0", 5), ('"5."', "10.0", 5),
    ('".5"', "10.0", 0.5), ('"5e0"', "10.0", 5), ('"0_5"', "10.0", 5), ('"-0"', "0.0", 0),
    ('"1e309"', INFINITE, 0), ('"nan"', INFINITE, 0), ('"Infinity"', INFINITE, 0),
    ('"-inf"', "0.0", 0), ('""', INFINITE, 0), ('" "', INFINITE, 0), ('"abc"', INFINITE, 0),
    ('"5 5"', INFINITE, 0), ('"0x5"', INFINITE, 0), ('"_5"', INFINITE, 0), ('"5__5"', INFINITE, 0),
    ('"\u0665"', INFINITE, 0), ('"5\\u0000"', INFINITE, 0),
]

# A value as JSON and its bin, where bins are texts. Prometheus takes no NUL: it stays an escape.
TEXTS = [
    ("1", "1.0"), ("1.5", "1.5"), ("true", "1.0"), ("false", "0.0"), ("-0", "0.0"),
    ("-0.0", "-0.0"),
    ("0.1", "0.1"), ("1e15", "1000000000000000.0"), ("1e16", "1e+16"), ("0.00001", "1e-05"),
    ("9007199254740993", "9007199254740992.0"), ("18446744073709551616", "1.8446744073709552e+19"),
    ("1e308", "1e+308"), ("1e309", "inf"), ("-1e309", "-inf"), ("1e-400", "0.0"), (BIG, "inf"),
    ("null", "nan"), ("NaN", "nan"), ("Infinity", "inf"), ("-Infinity", "-inf"),
    ('"red"', "red"), ('"r\\u0065d"', "red"), ('"Red"', "Red"), ('"1"', "1"), ('""', ""),
    ('"nan"', "nan"), ('"a\\u0000b"', r"a\u0000b"), ('"a\\nb"', "a\nb"), ('"a\\\\b\\"c"', 'a\\b"c'),
    ('"ü✓"', "ü✓"), ('"\\ud83d\\ude00"', "😀"), ('"\\u2028\x7f"', "\u2028\x7f"),
    (json.dumps("x" * 256), "x" * 256), (json.dumps("x" * 257), "__other__"),
    (json.dumps("ü" * 128, ensure_ascii=False), "ü" * 128),
    (json.dumps("ü" * 128 + "x", ensure_ascii=False), "__other__"),
]

# The same where bins are numbers: text that reads as one is that number.
NUMBERS = [
    ("1", "1.0"), ("true", "1.0"), ('"1"', "1.0"), ('" 2.0 "', "2.0"), ('"2e0"', "2.0"),
    ('"3"', "3.0"), ('"nan"', "nan"), ('"x"', "x"), ('""', ""), ("null", "nan"),
]


def of_feature(metrics, index, label):
    """Samples of a live feature that are not 0: value of the label -> count."""
    pattern = re.compile(rf"feature_{index}_value(_bucket|_total)")
    return {dict(labels)[label]: value for (name, labels), value in metrics.items()
            if pattern.fullmatch(name) and value}


def strict(literal):
    """The text of a value in the log: what is no JSON is replaced."""
    replaced = {"NaN": "null", "Infinity": '"Infinity"', "-Infinity": '"-Infinity"',
                '"\\u2028\x7f"': '"\\u2028\x7f"'}
    return replaced.get(literal, literal)


class Counting(unittest.TestCase):
    def send(self, baseline, literals):
        """Counts one event that has each literal as a feature; its metrics and its log line."""
        event = '{"features":[' + ",".join(literals) + "]}"
        with Daemon(baseline=copies(baseline, len(literals))) as daemon:
            answer = daemon.predict(event.encode())
            self.assertEqual(answer.status, 202, answer.text)
            daemon.await_written(1)
            (line,) = daemon.log_lines()
            json.loads(line, parse_constant=self.fail)
            return daemon.metrics(), line

    def assert_logged(self, line, literals):
        """Numbers are logged digit by digit as they were sent, and nothing is lost."""
        self.assertIn('"features":[' + ",".join(map(strict, literals)) + '],"output"', line)

    @row(33, "1e308, 1e309, 1e-400, 2^53+1, 400 digits, −0",
         "each as a feature",
         "defined; logged as sent")
    def test_of_a_continuous_feature(self):
        literals = [row[0] for row in NUMERIC]
        metrics, line = self.send(AGE, literals)
        bounds = ["0.0", "10.0", INFINITE]
        for index, (literal, bucket, added) in enumerate(NUMERIC):
            with self.subTest(literal=literal):
                self.assertEqual(of_feature(metrics, index, "le"),
                                 dict.fromkeys(bounds[bounds.index(bucket):], 1))
                self.assertEqual(metrics[sample(f"feature_{index}_value_count")], 1)
                self.assertEqual(metrics[sample(f"feature_{index}_value_sum")], added)
        self.assert_logged(line, literals)

    @row(33, "the same as categories",
         "each as a feature whose bins are texts",
         "the bin of Python's str(float()); logged as sent")
    def test_of_a_feature_whose_bins_are_texts(self):
        literals = [row[0] for row in TEXTS]
        metrics, line = self.send(COLOUR, literals)
        for index, (literal, name) in enumerate(TEXTS):
            with self.subTest(literal=literal):
                self.assertEqual(of_feature(metrics, index, "bin"), {name: 1})
        self.assert_logged(line, literals)

    def test_of_a_feature_whose_bins_are_numbers(self):
        literals = [row[0] for row in NUMBERS]
        metrics, line = self.send(GRADE, literals)
        for index, (literal, name) in enumerate(NUMBERS):
            with self.subTest(literal=literal):
                self.assertEqual(of_feature(metrics, index, "bin"), {name: 1})
        self.assert_logged(line, literals)

    def test_nested_values_are_logged_and_not_counted(self):
        literals = ["[]", "{}", "[1,[NaN]]"]
        for baseline in (AGE, COLOUR):
            metrics, line = self.send(baseline, literals)
            for index in range(len(literals)):
                self.assertEqual(of_feature(metrics, index, "le" if baseline == AGE else "bin"), {})
            self.assertEqual(metrics[sample("boxkited_values_not_counted_total", reason="nested")],
                             3)
            self.assertIn('"features":[[],{},[1,[null]]],', line)

    def test_an_output_is_counted_like_a_feature(self):
        with Daemon(baseline=SMALL) as daemon:
            for literal in ("0.5", "true", '"0.5"', "null", "-Infinity", "[0.1,0.9]"):
                self.assertEqual(daemon.predict(f'{{"output":{literal}}}').status, 202)
            metrics = daemon.metrics()
        counts = [metrics[sample("inference_value_bucket", le=le)] for le in ("0.0", "1.0", "+Inf")]
        self.assertEqual(counts, [1, 4, 5])
        self.assertEqual(metrics[sample("inference_value_sum")], 2)

    @row(32, "NaN, ±Infinity, null, text as numbers",
         "each as a feature",
         "counted as promised; no sum is NaN")
    def test_no_sum_is_ever_nan(self):
        with Daemon(baseline=SMALL) as daemon:
            daemon.predict('[{"features":[1e308]},{"features":[1e308]},{"features":[-1e308]},'
                           '{"features":[Infinity]},{"features":[-Infinity]},{"features":[NaN]}]')
            text = daemon.get("/metrics?name[]=feature_0_value_sum").text
        self.assertNotIn("nan", text.lower())

    @row(33, "a sum beyond double",
         "1.7e308 twenty times, over two threads",
         "finite; the count is exact")
    def test_a_sum_that_grows_too_large_stays_finite(self):
        with Daemon(baseline=SMALL, config={"threads": 2}) as daemon:
            for _ in range(20):  # Each over a connection of its own: both threads get some.
                daemon.predict('{"features":[1.7e308]}')
            metrics = daemon.metrics()
        self.assertTrue(math.isfinite(metrics[sample("feature_0_value_sum")]))
        self.assertEqual(metrics[sample("feature_0_value_count")], 20)


class Bins(unittest.TestCase):
    def not_counted(self, metrics):
        return {dict(labels)["reason"]: value for (name, labels), value in metrics.items()
                if name == "boxkited_values_not_counted_total" and value}

    def post_colours(self, daemon, names):
        body = "\n".join(json.dumps({"features": {"colour": name}}) for name in names)
        self.assertEqual(daemon.predict_lines(body).json["accepted"], len(names))

    def test_new_bins_of_a_feature_are_bounded_and_the_totals_exact(self):
        with Daemon(baseline=SMALL, config={"limits": {"bins_per_feature": 3}}) as daemon:
            self.post_colours(daemon, ["red", "a", "b", "a", "c", "d", "e", "d", "red", "c"])
            metrics = daemon.metrics()
        self.assertEqual(of_feature(metrics, 1, "bin"),
                         {"red": 2, "a": 2, "b": 1, "c": 2, "__other__": 3})
        self.assertEqual(self.not_counted(metrics)["new_bins"], 3)

    def test_new_bins_of_all_features_are_bounded(self):
        with Daemon(baseline=SMALL, config={"limits": {"new_bins_total": 2}}) as daemon:
            for event in ({"colour": "a"}, {"grade": 7}, {"grade": 8}, {"colour": "b"},
                          {"colour": "a"}, {"grade": 1}):
                daemon.predict({"features": event})
            metrics = daemon.metrics()
        self.assertEqual(of_feature(metrics, 1, "bin"), {"a": 2, "__other__": 1})
        self.assertEqual(of_feature(metrics, 2, "bin"), {"7.0": 1, "__other__": 1, "1.0": 1})

    def test_no_new_bins_at_all(self):
        with Daemon(baseline=SMALL, config={"limits": {"bins_per_feature": 0}}) as daemon:
            self.post_colours(daemon, ["red", "a", None])
            metrics = daemon.metrics()
        self.assertEqual(of_feature(metrics, 1, "bin"), {"red": 1, "nan": 1, "__other__": 1})

    def test_a_bin_of_the_baseline_may_have_the_name_of_the_rest(self):
        baseline = AGE + COLOUR + 'feature_1_value_baseline_total{bin="__other__"} 3.0\n'
        with Daemon(baseline=baseline, config={"limits": {"bins_per_feature": 2}}) as daemon:
            self.post_colours(daemon, ["red", "a", "b", "c", "d", "__other__", "c", "a"])
            metrics = daemon.metrics()
        self.assertEqual(of_feature(metrics, 1, "bin"),
                         {"red": 1, "a": 2, "b": 1, "__other__": 4})
        self.assertEqual(self.not_counted(metrics)["new_bins"], 3)

    def test_twenty_thousand_categories_end_in_a_thousand_bins_and_the_rest(self):
        with Daemon(baseline=SMALL) as daemon:
            for start in range(0, 20_000, 10_000):
                self.post_colours(daemon, [f"colour {i}" for i in range(start, start + 10_000)])
            counts = of_feature(daemon.metrics(), 1, "bin")
        self.assertEqual(counts["__other__"], 19_000)
        self.assertEqual(len(counts), 1_001)
        self.assertEqual(sum(counts.values()), 20_000)

    def test_long_texts_are_counted_in_other_with_their_reason(self):
        with Daemon(baseline=SMALL, config={"limits": {"bin_name_bytes": 4}}) as daemon:
            self.post_colours(daemon, ["four", "fives"])
            metrics = daemon.metrics()
        self.assertEqual(of_feature(metrics, 1, "bin"), {"four": 1, "__other__": 1})
        self.assertEqual(self.not_counted(metrics)["long_text"], 1)

    @row(35, "wrong feature count, unknown feature",
         "both forms",
         "known ones count, the rest is counted by reason")
    def test_events_whose_features_are_not_those_of_the_baseline_are_counted(self):
        rows = [
            ([1, "red", 1], 0, (1, 1, 1)),
            ([1, "red"], 1, (1, 1, 0)),
            ([1, "red", 1, 9, 9], 1, (1, 1, 1)),
            ([], 1, (0, 0, 0)),
            ({"grade": 1, "age": 1, "colour": "red"}, 0, (1, 1, 1)),
            ({"age": 1}, 1, (1, 0, 0)),
            ({"age": 1, "colour": "red", "grade": 1, "size": 2}, 1, (1, 1, 1)),
            ({"Age": 1}, 1, (0, 0, 0)),
        ]
        for features, mismatches, expected in rows:
            with self.subTest(features=features), Daemon(baseline=SMALL) as daemon:
                self.assertEqual(daemon.predict({"features": features}).status, 202)
                metrics = daemon.metrics()
                self.assertEqual(self.not_counted(metrics).get("mismatch", 0), mismatches)
                counts = (metrics[sample("feature_0_value_count")],
                          sum(of_feature(metrics, 1, "bin").values()),
                          sum(of_feature(metrics, 2, "bin").values()))
                self.assertEqual(counts, expected)
                daemon.await_written(1)
                self.assertEqual(daemon.logged()[0]["features"], features)

    def test_an_event_without_features_is_no_mismatch(self):
        with Daemon(baseline=SMALL) as daemon:
            daemon.predict({"output": 1})
            self.assertEqual(self.not_counted(daemon.metrics()), {})


class Injection(unittest.TestCase):
    """One event is one line, and no message of the daemon's own can be forged."""

    EVIL = "a\r\nb\x1b[31mc\u2028d\u2029e\x85f\x9bg\x0b\x0c\x1c\x00h"

    def assert_one_line(self, text):
        for character in text:
            self.assertNotIn(unicodedata.category(character), ("Cc", "Zl", "Zp"), repr(text))

    @row(37, "log injection",
         "CR, LF, ESC, U+2028 and more in every text",
         "one event, one line")
    def test_no_text_of_an_event_breaks_its_line(self):
        raw = self.EVIL.translate({code: None for code in range(32)})  # What JSON lets stand bare.
        event = {"features": {"age": 1, self.EVIL: self.EVIL, "n": [{self.EVIL: self.EVIL}]},
                 "output": self.EVIL, "request_body": {self.EVIL: [self.EVIL]},
                 "prediction_id": self.EVIL, "metadata": {self.EVIL: self.EVIL}}
        bare = json.loads(json.dumps(event).replace(json.dumps(self.EVIL), json.dumps(raw)))
        with Daemon(baseline=copies(COLOUR, 1)) as daemon:
            answers = [daemon.predict(json.dumps(event)),
                       daemon.predict(json.dumps(bare, ensure_ascii=False).encode())]
            self.assertEqual([answer.json["prediction_id"] for answer in answers],
                             [self.EVIL, raw])
            daemon.await_written(2)
            lines = daemon.log_lines()
            self.assertEqual(len(lines), 2)
            for line, sent in zip(lines, (event, bare)):
                self.assert_one_line(line)
                logged = json.loads(line)
                self.assertEqual({key: logged[key] for key in sent}, sent)

            daemon.predict(json.dumps({"features": [self.EVIL]}))
            daemon.predict(json.dumps({"features": [raw]}, ensure_ascii=False).encode())
            bins = of_feature(daemon.metrics(), 0, "bin")
            self.assertEqual(bins, {self.EVIL.replace("\0", "\\u0000"): 1, raw: 1})

    def test_a_refusal_that_quotes_what_was_sent_is_one_line_of_json(self):
        rows = [{self.EVIL: 1}, {"features": {self.EVIL: 1}, "timestamp": self.EVIL}]
        with Daemon() as daemon:
            for event in rows:
                answer = daemon.predict(json.dumps(event))
                self.assertEqual(answer.status, 400)
                self.assert_one_line(answer.text)

    @row(37, "forged messages",
         "the same where the daemon quotes what was sent",
         "its own log has one line each")
    def test_the_daemon_s_own_messages_are_one_line_each(self):
        for form in ("logfmt", "json"):
            with self.subTest(form), \
                    Daemon(baseline=SMALL, config={"log": {"format": form}}) as daemon:
                daemon.config["baseline"] = str(
                    daemon.folder / self.EVIL.replace("\0", "").replace("/", ""))
                daemon.write_config()
                self.assertEqual(daemon.post("/-/reload").status, 500)
                daemon.predict(json.dumps({self.EVIL: 1}))
                daemon.post("/v1/predictions", b"{}", {"Content-Type": "a\x1b[31m\x85b"})
                line = await_true(
                    lambda: [each for each in daemon.lines if "reload failed" in each],
                    "the message")[0]
                for each in daemon.lines:
                    self.assert_one_line(each)
                self.assertIn("reload failed", line)


if __name__ == "__main__":
    unittest.main()
