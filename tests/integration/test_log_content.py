"""What the prediction log holds when it is not to hold everything: a sample, some members, one
shape of features, hashes in the place of values."""

import hmac
import itertools
import json
import re
import unittest

from support.baselines import SMALL
from support.daemon import Daemon, await_true, conserved, run, sample
from support.documents import fences

KEY = "a-key-for-tests-only"
HASHED = {"hashed_features": ["colour"], "hash_key_env": "BOXKITED_HASH_KEY"}


def hashed(text):
    return hmac.new(KEY.encode(), text.encode(), "sha256").hexdigest()[:32]


def documented_sampling():
    """`is_sampled()` as the document has it."""
    read = {}
    (code,) = [text for _, text in fences("docs/prediction-log-format.md", "python")]
    exec(compile(code, "prediction-log-format.md", "exec"), read)  # pylint: disable=exec-used
    return read["is_sampled"]


def daemon(baseline=SMALL, environment=None, **options):
    return Daemon(baseline=baseline, config={"prediction_log": options},
                  environment={"BOXKITED_HASH_KEY": KEY, **(environment or {})})


class Sample(unittest.TestCase):
    def test_it_is_what_the_documented_function_says_of_ids(self):
        is_sampled = documented_sampling()
        ids = [f"request-{i}" for i in range(1000)] + ["caf\u00e9 \"1\"\n"]
        events = "\n".join(json.dumps({"features": [1, "red", 1], "prediction_id": each})
                           for each in ids)
        with daemon(sample=0.25) as first:
            self.assertEqual(first.predict_lines(events).json["accepted"], len(ids))
            expected = [each for each in ids if is_sampled(each, 0.25)]
            first.await_written(len(expected))
            self.assertEqual([line["prediction_id"] for line in first.logged()], expected)
            self.assertTrue(200 < len(expected) < 300, len(expected))
            metrics = first.metrics()
            self.assertEqual(metrics[sample("feature_0_value_count")], len(ids))
            self.assertEqual(metrics[sample("boxkited_log_events_unlogged_total")],
                             len(ids) - len(expected))
            self.assertEqual(conserved(metrics), (len(ids), len(ids)))

            # A retry, one by one and over the stream, agrees.
            with first.stream() as stream:
                stream.sendall(events.encode() + b"\n")
            await_true(lambda: first.accepted() == 2 * len(ids), "the events of the stream")
            first.await_written(2 * len(expected))
            self.assertEqual([line["prediction_id"] for line in first.logged()], 2 * expected)

    def test_ids_that_the_daemon_makes_are_a_sample_too(self):
        with daemon(sample=0.5) as each:
            answer = each.predict_lines('{"output":1}\n' * 1000, "?ids=true").json
            is_sampled = documented_sampling()
            expected = [made for made in answer["prediction_ids"] if is_sampled(made, 0.5)]
            each.await_written(len(expected))
            self.assertEqual([line["prediction_id"] for line in each.logged()], expected)
            self.assertTrue(400 < len(expected) < 600, len(expected))

    def test_errors_are_always_written_and_the_rest_answered_without_a_disk(self):
        errors = [{"output": None}, '{"output":NaN}', '{"output":-Infinity}',
                  {"output": 1, "metadata": {"error": "timeout"}},
                  {"features": [1], "metadata": {"a": 1, "error": {"code": 1}}}]
        others = [{"output": 1}, {"output": "error"}, {"output": 1, "metadata": {"error": None}},
                  {"features": [None]}, {"output": 1, "metadata": {"a": {"error": 1}}}]
        with daemon(sample=0, ack="synced", flush_interval_ms=3_600_000) as each:
            for event in itertools.chain(others, errors, others):
                self.assertEqual(each.predict(event).status, 202)
            self.assertEqual(len(each.log_lines()), len(errors))
            self.assertEqual(conserved(each.metrics()), (15, 15))
            self.assertEqual(each.metric("boxkited_log_events_unlogged_total"), 10)


class Fields(unittest.TestCase):
    def test_a_line_has_the_members_that_are_named(self):
        event = {"features": [1, "red", 2], "output": 0.5, "request_body": {"name": "Ada"},
                 "metadata": {"a": 1}, "prediction_id": "p"}
        with daemon(fields=["metadata", "prediction_id", "output", "created_at"]) as each:
            self.assertEqual(each.predict(event).status, 202)
            each.await_written(1)
            (line,) = each.log_lines()
            self.assertRegex(line, r'^\{"prediction_id":"p","created_at":"[^"]*","output":0\.5,'
                                   r'"metadata":\{"a":1\}\}$')
            # What is no member any more is still a whole line to the next daemon.
            self.assertEqual(each.stop(), 0)
            each.start()
            self.assertEqual(each.metric("boxkited_log_torn_bytes_total"), 0)
            self.assertEqual(each.log_lines(), [line])


class Shape(unittest.TestCase):
    def logged(self, shape, *events, omitted):
        with daemon(features=shape) as each:
            for event in events:
                self.assertEqual(each.predict(event).status, 202)
            each.await_written(len(events))
            self.assertEqual(each.metric("boxkited_log_values_omitted_total"), omitted)
            return [line["features"] for line in each.logged()]

    def test_objects_become_arrays(self):
        self.assertEqual(
            self.logged("array", {"features": {"grade": 2, "age": [1], "pet": "cat"}},
                        {"features": [1]}, {"features": {}}, {"output": 1}, omitted=1),
            [[[1], None, 2], [1], [None, None, None], None])

    def test_arrays_become_objects(self):
        self.assertEqual(
            self.logged("object", {"features": [1, "red", None, 4, 5]}, {"features": [1]},
                        {"features": {"pet": "cat"}}, {"output": 1}, omitted=2),
            [{"age": 1, "colour": "red", "grade": None}, {"age": 1}, {"pet": "cat"}, None])

    def test_a_new_baseline_names_what_comes_after_it(self):
        with daemon(features="object") as each:
            self.assertEqual(each.predict({"features": [1, "red", 2]}).status, 202)
            each.baseline_file.write_text(SMALL.replace(": grade", ": rank"), "utf-8")
            self.assertEqual(each.post("/-/reload").status, 200)
            self.assertEqual(each.predict({"features": [1, "red", 2]}).status, 202)
            each.await_written(2)
            self.assertEqual([list(line["features"]) for line in each.logged()],
                             [["age", "colour", "grade"], ["age", "colour", "rank"]])


class Hashes(unittest.TestCase):
    def test_named_features_are_hashed_in_either_form_and_counted_as_they_are(self):
        with daemon(**HASHED) as each:
            for features in ({"colour": "caf\u00e9", "age": 1}, [1, "red", 2], [1, None, 2],
                             {"colour": 1.50}, {"colour": [True]}, [1, "red"]):
                self.assertEqual(each.predict({"features": features}).status, 202)
            each.await_written(6)
            self.assertEqual([line["features"] for line in each.logged()], [
                {"colour": hashed("caf\u00e9"), "age": 1}, [1, hashed("red"), 2], [1, None, 2],
                {"colour": hashed("1.5")}, {"colour": hashed("[true]")},
                [hashed("1"), hashed("red")]])
            self.assertEqual(each.metric("feature_1_value_total", bin="red"), 2)
            self.assertEqual(conserved(each.metrics()), (6, 6))

    def test_without_a_baseline_every_value_of_an_array_is_hashed(self):
        with daemon(baseline=None, **HASHED) as each:
            self.assertEqual(each.predict({"features": ["red", 1]}).status, 202)
            self.assertEqual(each.predict({"features": {"colour": "red", "age": 1}}).status, 202)
            each.await_written(2)
            self.assertEqual([line["features"] for line in each.logged()],
                             [[hashed("red"), hashed("1")], {"colour": hashed("red"), "age": 1}])

    def test_the_key_is_shown_nowhere(self):
        with daemon(**HASHED) as each:
            each.predict({"features": [1, "red", 2]})
            shown = [each.get(path).text for path in ("/v1/status", "/metrics", "/v1/drift", "/")]
            self.assertEqual(each.stop(), 0)
            checked = run("check", "--config", each.config_file,
                          environment={"BOXKITED_HASH_KEY": KEY})
            self.assertEqual(checked.returncode, 0, checked.stderr)
            self.assertNotIn(KEY, "".join([*shown, *each.lines, checked.stdout, checked.stderr]))
            self.assertIn("request_body is written as sent", checked.stderr)
            self.assertNotIn("no such option", checked.stderr)

    def test_a_key_in_a_file(self):
        with daemon() as each:
            key = each.folder / "key"
            key.write_text(f"  {KEY}\n", "utf-8")
            each.stop()
            each.config["prediction_log"].update(hashed_features=["colour"],
                                                 hash_key_file=str(key))
            each.start()
            each.predict({"features": {"colour": "red"}})
            each.await_written(1)
            wanted = hmac.new(KEY.encode(), b"red", "sha256").hexdigest()[:32]
            self.assertEqual(each.logged()[0]["features"], {"colour": wanted})


class Refused(unittest.TestCase):
    def assert_refused(self, said, baseline=SMALL, **options):
        with Daemon(baseline=baseline, config={"prediction_log": options}, start=False,
                    environment={"BOXKITED_HASH_KEY": KEY, "SHORT": "secret"}) as each:
            code, lines = each.fail_to_start()
            self.assertEqual(code, 2, lines)
            self.assertIn(said, lines.replace(str(each.folder), "FOLDER"))
            self.assertNotIn("secret", lines)
            checked = run("check", "--config", each.config_file,
                          environment={"BOXKITED_HASH_KEY": KEY, "SHORT": "secret"})
            self.assertEqual(checked.returncode, 2, checked.stderr)

    def test_options_that_cannot_be_kept(self):
        fields = 'expected an array of "prediction_id" and any of "server_id", '
        for said, options in (
                ("prediction_log.sample: expected a number from 0 to 1, not 1.5", {"sample": 1.5}),
                (f"prediction_log.fields: {fields}", {"fields": ["prediction_id", "feature"]}),
                (f"prediction_log.fields: {fields}", {"fields": ["output"]}),
                (f"prediction_log.fields: {fields}", {"fields": ["prediction_id"] * 2}),
                ('prediction_log.features: expected one of "as_sent", "array", "object", not "a"',
                 {"features": "a"}),
                ("prediction_log.hashed_features: expected an array of names of features, each "
                 'once, not [""]', {"hashed_features": [""]}),
                ("prediction_log.hashed_features: expected exactly one of "
                 "prediction_log.hash_key_file and prediction_log.hash_key_env with them, not 0",
                 {"hashed_features": ["colour"]}),
                ("prediction_log.hash_key_env: NONE: there is no such environment variable",
                 {"hashed_features": ["colour"], "hash_key_env": "NONE"}),
                ("prediction_log.hash_key_env: SHORT: expected a hash_key of 16 to 4096 visible "
                 "ASCII characters", {"hashed_features": ["colour"], "hash_key_env": "SHORT"}),
                ("prediction_log.hash_key_file: /none: No such file or directory",
                 {"hashed_features": ["colour"], "hash_key_file": "/none"}),
                ('prediction_log.hashed_features: the baseline has no feature "color"; did you '
                 'mean "colour"?',
                 {"hashed_features": ["color"], "hash_key_env": "BOXKITED_HASH_KEY"})):
            with self.subTest(said):
                self.assert_refused(said, **options)
        with self.subTest("no baseline"):
            self.assert_refused('prediction_log.features: expected "as_sent" without a baseline',
                                baseline=None, features="array")

    def test_a_reload_that_would_write_what_is_to_be_hashed_changes_nothing(self):
        with daemon(**HASHED) as each:
            each.baseline_file.write_text(re.sub(": colour", ": color", SMALL), "utf-8")
            answer = each.post("/-/reload")
            self.assertEqual(answer.status, 500)
            self.assertIn('no feature "colour"; did you mean "color"?', answer.json["error"])
            each.predict({"features": {"colour": "red"}})
            each.await_written(1)
            self.assertEqual(each.logged()[0]["features"], {"colour": hashed("red")})


if __name__ == "__main__":
    unittest.main()
