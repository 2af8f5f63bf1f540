"""Drift as the daemon tells it: windows, scores, verdicts, restart and reload."""

import csv
import json
import random
import re
import resource
import shutil
import time
import unittest

from support.baselines import AGE, COLOUR, SMALL
from support.daemon import GOLDEN, Daemon, await_true, sample
from support.drift import OFTEN, judged, kl, ks, of_feature, psi, verdicts

DIABETES = GOLDEN / "diabetes"


def rows():
    with open(DIABETES / "train.csv", encoding="utf-8", newline="") as file:
        return [[float(value) for value in row] for row in list(csv.reader(file))[1:]]


def lines(rows_sent):
    return "\n".join(json.dumps({"features": row[:-1], "output": row[-1]}) for row in rows_sent)


def with_drift(**options):
    return {"drift": {**OFTEN["drift"], **options}}


def diabetes(**options):
    return Daemon(baseline=DIABETES / "histogram.prom", config=with_drift(**options))


def small(**options):
    return Daemon(baseline=SMALL, config=with_drift(minimum_observations=1, **options))


class Scores(unittest.TestCase):
    def test_training_data_scores_nothing(self):
        with diabetes() as daemon:
            daemon.predict_lines(lines(rows()))
            document = judged(daemon)
        self.assertEqual(len(document["variables"]), 11)
        for variable in document["variables"]:
            found = variable["windows"]["10m"]
            self.assertEqual(found["verdict"], "stable")
            self.assertEqual(found["score"], 0)
            self.assertEqual(set(found["scores"].values()), {0})
            self.assertEqual(found["observations"], len(rows()))
        self.assertEqual({window["share"] for window in document["windows"]}, {0})

    def test_shifted_data_drift_and_say_where(self):
        moved = [[row[0] + 0.05] + row[1:] for row in rows()]
        with diabetes() as daemon:
            daemon.predict_lines(lines(moved))
            document = judged(daemon)
        self.assertEqual({name for name, verdict in verdicts(document).items()
                          if verdict == "drifted"}, {"age"})
        self.assertEqual(document["variables"][0]["feature_name"], "age")
        self.assertEqual({window["share"] for window in document["windows"]}, {1 / 11})
        age = of_feature(document, "age", "1h")
        self.assertEqual((age["statistic"], age["threshold"]), ("psi", 0.2))
        self.assertEqual(age["score"], age["scores"]["psi"])
        self.assertEqual(age["severity"], age["score"] / 0.2)
        self.assertLess(age["p_value"], 0.005 / 11)
        self.assertLess(age["p_values"]["ks"], 1e-6)
        contributions = [each["contribution"] for each in age["bins"]]
        self.assertEqual(contributions, sorted(contributions, reverse=True))
        self.assertEqual(len(contributions), 10)

    def test_scores_are_those_of_the_counts_on_the_same_page(self):
        mixed = random.Random(7).choices(rows(), k=300)
        with diabetes() as daemon:
            daemon.predict_lines(lines(mixed) + '\n{"features":[null,7.5]}')
            judged(daemon)
            metrics = daemon.metrics()

        def counts(name, suffix, label):
            return {dict(labels)[label]: value for (each, labels), value in metrics.items()
                    if each == name + suffix}

        def disjoint(buckets):
            cumulative = [buckets[le] for le in sorted(buckets, key=float)]
            return [each - below for each, below in zip(cumulative, [0] + cumulative)]

        def assert_score(feature, statistic, expected):
            name = f"feature_{feature}_value"
            names = {0: "age", 1: "sex", 2: "bmi"}
            found = metrics[sample("boxkite_drift_score", metric_name=name, window="all",
                                   feature_name=names[feature], statistic=statistic)]
            self.assertAlmostEqual(found, expected, delta=1e-9 * expected)

        for feature in (0, 2):
            baseline = disjoint(counts(f"feature_{feature}_value_baseline", "_bucket", "le"))
            live = disjoint(counts(f"feature_{feature}_value", "_bucket", "le"))
            for statistic, function in (("psi", psi), ("kl", kl), ("ks", ks)):
                assert_score(feature, statistic, function(baseline, live))
        live = counts("feature_1_value", "_total", "bin")
        self.assertEqual(live["7.5"], 1)
        trained = counts("feature_1_value_baseline", "_total", "bin")
        baseline = [trained.get(category, 0) for category in live]
        for statistic, function in (("psi", psi), ("kl", kl)):
            assert_score(1, statistic, function(baseline, list(live.values())))

    def test_metrics_and_answer_agree(self):
        with diabetes(evaluation_interval_ms=3_600_000) as daemon:
            daemon.predict_lines(lines(rows()[:250]))
            daemon.post("/-/reload")  # Which evaluates.
            await_true(lambda: of_feature(daemon.get("/v1/drift").json, "age")["observations"],
                       "the evaluation")
            document = daemon.get("/v1/drift").json
            metrics = daemon.metrics()
        found = {key: value for key, value in metrics.items()
                 if key[0].startswith("boxkite_") and key[0] != "boxkite_bucket_info"}
        expected = {}
        for window in document["windows"]:
            expected[sample("boxkite_drift_share", window=window["window"])] = window["share"]
        for variable in document["variables"]:
            for window, drift in variable["windows"].items():
                labels = {"metric_name": variable["metric_name"],
                          "feature_name": variable["feature_name"], "window": window}
                for statistic, score in drift["scores"].items():
                    expected[sample("boxkite_drift_score", statistic=statistic, **labels)] = score
                for statistic, p in drift["p_values"].items():
                    expected[sample("boxkite_drift_p_value", statistic=statistic, **labels)] = p
                expected[sample("boxkite_drift_detected", **labels)] = \
                    int(drift["verdict"] == "drifted")
                expected[sample("boxkite_window_observations", **labels)] = drift["observations"]
                expected[sample("boxkite_missing_ratio", **labels)] = drift["missing_ratio"]
                expected[sample("boxkite_unseen_ratio", **labels)] = drift["unseen_ratio"]
        self.assertEqual(found, expected)

    def test_little_data_give_no_verdict(self):
        with diabetes() as daemon:
            empty = of_feature(judged(daemon), "age")
            self.assertEqual((empty["verdict"], empty["observations"], empty["score"],
                              empty["p_value"], empty["missing_ratio"], empty["scores"],
                              empty["bins"]),
                             ("insufficient_data", 0, None, None, None, {}, []))
            daemon.predict_lines(lines(rows()[:199]))
            document = judged(daemon)
            self.assertEqual(set(verdicts(document).values()), {"insufficient_data"})
            self.assertEqual({window["share"] for window in document["windows"]}, {None})
            self.assertIsNone(of_feature(document, "age")["severity"])
            self.assertNotIn("boxkite_drift_detected", {name for name, _ in daemon.metrics()})

            daemon.predict_lines(lines(rows()[199:200]))
            self.assertNotIn("insufficient_data", verdicts(judged(daemon)).values())

    def test_missing_and_unseen_values_have_their_shares(self):
        with small() as daemon:
            daemon.predict_lines("""\
{"features":[null,"red",1]}
{"features":["what","red",2]}
{"features":[-1,null,3]}
{"features":[0,"blue",1]}
{"features":[10,"green",null]}
{"features":[11,"nan",1]}
{"features":[Infinity,"red",1]}
{"features":[-Infinity,"red",1]}""")
            document = judged(daemon)
        ratios = {name: (of_feature(document, name)["missing_ratio"],
                         of_feature(document, name)["unseen_ratio"])
                  for name in ("age", "colour", "grade", "inference")}
        self.assertEqual(ratios, {"age": (2 / 8, 4 / 8), "colour": (2 / 8, 2 / 8),
                                  "grade": (1 / 8, 2 / 8), "inference": (None, None)})

    def test_what_training_put_together_is_compared_together(self):
        baseline = COLOUR.replace('bin="nan"', 'bin="__other__"')
        with Daemon(baseline=baseline, config=with_drift()) as daemon:
            for i in range(300):
                colour = "red" if i % 3 == 0 else f"colour {i}"
                daemon.predict({"features": [0, colour]})
            colour = of_feature(judged(daemon), "colour")
        self.assertEqual((colour["score"], colour["unseen_ratio"]), (0, 0))
        self.assertEqual([(each["bin"], each["baseline"], each["live"])
                          for each in colour["bins"]], [("red", 1, 100), ("__other__", 2, 200)])

    def test_new_categories_are_among_the_bins(self):
        with small() as daemon:
            for _ in range(20):
                daemon.predict({"features": [0, "mauve"]})
            colour = of_feature(judged(daemon), "colour")
        self.assertEqual((colour["observations"], colour["unseen_ratio"]), (20, 1))
        self.assertEqual([(each["bin"], each["baseline"], each["live"], each["live_share"])
                          for each in colour["bins"]],
                         [("mauve", 0, 20, 1), ("nan", 2, 0, 0), ("red", 1, 0, 0)])


class Windows(unittest.TestCase):
    def observations(self, daemon):
        return {window: of_feature(judged(daemon), "age", window)["observations"]
                for window in ("1s", "1h", "all")}

    def test_a_window_slides(self):
        with small(windows=["1s", "1h"]) as daemon:
            daemon.predict({"features": [1]})
            await_true(lambda: self.observations(daemon) == {"1s": 0, "1h": 1, "all": 1},
                       "the window to leave the value behind")
            document = judged(daemon)
        self.assertEqual([window["window"] for window in document["windows"]],
                         ["1s", "1h", "all"])
        self.assertAlmostEqual(document["windows"][0]["seconds"], 1, delta=0.3)
        self.assertGreaterEqual(document["windows"][1]["seconds"], 1)

    def test_without_windows_there_is_all(self):
        with small(windows=[]) as daemon:
            daemon.predict({"features": [1]})
            document = judged(daemon)
        self.assertEqual([window["window"] for window in document["windows"]], ["all"])


class Restart(unittest.TestCase):
    def setUp(self):
        self.daemon = self.enterContext(small(windows=["1h"]))
        self.state = self.daemon.folder / "state"
        self.daemon.config["drift"]["state_directory"] = str(self.state)
        self.daemon.stop()
        self.daemon.start()
        self.daemon.predict_lines('{"features":[1,"blue"]}\n{"features":[2,"red"]}')

    def file(self):
        (file,) = self.state.glob("*.windows")
        return file

    def restart(self):
        self.daemon.stop()
        self.daemon.start()

    def ages(self):
        document = judged(self.daemon)
        return tuple(of_feature(document, "age", window)["observations"]
                     for window in ("1h", "all"))

    def warnings(self):
        return [line for line in self.daemon.lines if "left aside" in line]

    def test_windows_go_on(self):
        self.restart()
        self.assertEqual(self.ages(), (2, 0))
        self.daemon.predict({"features": [3, "green"]})
        self.restart()
        self.assertEqual(self.ages(), (3, 0))
        colour = of_feature(judged(self.daemon), "colour", "1h")
        self.assertEqual({each["bin"]: each["live"] for each in colour["bins"]},
                         {"red": 1, "nan": 0, "blue": 1, "green": 1})
        self.assertEqual(self.warnings(), [])
        self.assertEqual(self.file().name, "endpoint_logger-replica.windows")
        self.assertEqual(self.file().stat().st_mode & 0o777, 0o640)

    def test_counters_begin_anew(self):
        self.restart()
        self.assertEqual(self.daemon.metric("feature_0_value_count"), 0)
        self.assertEqual(self.daemon.metric("feature_1_value_total", bin="blue"), 0)

    def test_damaged_windows_are_left_aside(self):
        self.daemon.stop()
        file = self.file()
        good = file.read_bytes()
        flipped = bytearray(good)
        flipped[len(good) // 2] ^= 1
        for damaged, reason in ((bytes(flipped), "its checksum is wrong"),
                                (good[:-1], "its checksum is wrong"),
                                (b"", "it does not hold windows")):
            file.write_bytes(damaged)
            self.daemon.start()
            (warning,) = self.warnings()
            self.assertIn(reason, warning)
            self.assertIn(str(file), warning)
            self.assertEqual(self.ages(), (0, 0))
            self.daemon.stop()
            self.assertEqual(file.with_suffix(".windows.aside").read_bytes(), damaged)
        file.write_bytes(good)
        self.daemon.start()
        self.assertEqual(self.ages(), (2, 0))

    def test_windows_of_another_baseline_are_left_aside(self):
        self.daemon.stop()
        self.daemon.baseline_file.write_text(SMALL.replace('le="10.0"', 'le="11.0"'))
        self.daemon.start()
        (warning,) = self.warnings()
        self.assertIn("it is of another baseline", warning)
        self.assertEqual(self.ages(), (0, 0))

    def test_a_directory_that_cannot_be_written_is_told_and_stops_nothing(self):
        self.daemon.stop()
        shutil.rmtree(self.state)
        self.state.write_text("a file")
        self.daemon.start()
        self.assertEqual(self.daemon.predict({"features": [3]}).status, 202)
        self.assertEqual(self.daemon.stop(), 0)
        self.assertTrue([line for line in self.daemon.lines
                         if "windows cannot be saved" in line and "Not a directory" in line])


    def test_time_between_two_runs_counts_as_time_without_values(self):
        self.daemon.config["drift"]["windows"] = ["4s", "1h"]
        self.restart()
        self.daemon.predict_lines("\n".join(['{"features":[1]}'] * 50))
        self.daemon.stop()
        ended = time.monotonic()
        await_true(lambda: time.monotonic() - ended > 2, "some time without a daemon")
        self.daemon.start()
        self.assertEqual(of_feature(judged(self.daemon), "age", "4s")["observations"], 50)
        await_true(lambda: of_feature(judged(self.daemon), "age", "4s")["observations"] == 0,
                   "the window to leave them behind")
        self.assertLess(time.monotonic() - ended, 5.5)
        self.assertEqual(of_feature(judged(self.daemon), "age", "1h")["observations"], 52)

    def test_a_second_daemon_of_the_same_name_does_not_start(self):
        config = {**self.daemon.config, "prediction_log": {"enabled": False}}
        self.daemon.stop()
        self.daemon.config["prediction_log"] = {"enabled": False}
        self.daemon.start()
        with Daemon(baseline=SMALL, config=config, start=False) as other:
            code, output = other.fail_to_start()
        self.assertEqual(code, 1)
        self.assertIn("drift.state_directory", output)
        self.assertIn(f"held by pid {self.daemon.process.pid}", output)

    def test_a_full_disk_keeps_no_half_file(self):
        self.daemon.config["prediction_log"] = {"enabled": False}
        self.restart()
        resource.prlimit(self.daemon.process.pid, resource.RLIMIT_FSIZE, (64, 64))
        self.assertEqual(self.daemon.stop(), 0)
        self.assertTrue([line for line in self.daemon.lines
                         if "windows cannot be saved" in line and "File too large" in line])
        self.assertEqual([file.suffix for file in self.state.iterdir() if "new" in file.name], [])


class Rules(unittest.TestCase):
    SHIFTED = "\n".join(['{"features":[5,"red",1],"output":0.5}'] * 50)

    def test_each_feature_may_have_its_own(self):
        with small(statistic="ks", threshold=0.9,
                   features={"age": {"statistic": "wasserstein"}, "grade": {"threshold": 1e6},
                             "colour": {"ignore": True}}) as daemon:
            daemon.predict_lines(self.SHIFTED)
            document = judged(daemon)
            metrics = daemon.metrics()
        rules = {variable["feature_name"]: (variable["windows"]["all"]["statistic"],
                                            variable["windows"]["all"]["threshold"])
                 for variable in document["variables"]}
        # Grade is discrete, where K-S is not defined.
        self.assertEqual(rules, {"age": ("wasserstein", 0.1), "grade": ("psi", 0.2),
                                 "inference": ("ks", 0.9)})
        self.assertNotIn("colour", {dict(labels).get("feature_name") for name, labels in metrics
                                    if name.startswith("boxkite_")})
        self.assertIn(sample("feature_1_value_total", bin="red"), metrics)

    def test_a_reload_takes_over_other_rules(self):
        with small() as daemon:
            daemon.predict_lines(self.SHIFTED)
            self.assertEqual(of_feature(judged(daemon), "colour")["threshold"], 0.2)
            daemon.config["drift"]["threshold"] = 1000
            daemon.write_config()
            self.assertEqual(daemon.post("/-/reload").json, {"reloaded": True})
            colour = of_feature(judged(daemon), "colour")
            self.assertEqual((colour["threshold"], colour["verdict"]), (1000, "stable"))
            daemon.config["drift"]["windows"] = ["5m"]
            daemon.write_config()
            self.assertEqual(daemon.post("/-/reload").json,
                             {"reloaded": True, "needs_restart": ["drift.windows"]})

    def test_a_reload_empties_the_windows_of_what_changed(self):
        with small() as daemon:
            daemon.predict_lines(self.SHIFTED)
            judged(daemon)
            daemon.baseline_file.write_text(SMALL.replace('le="10.0"', 'le="11.0"'))
            daemon.post("/-/reload")
            document = judged(daemon)
            self.assertEqual({variable["feature_name"]:
                              (variable["windows"]["10m"]["observations"],
                               variable["windows"]["all"]["observations"])
                              for variable in document["variables"]},
                             {"age": (0, 0), "colour": (50, 50), "grade": (50, 50),
                              "inference": (50, 50)})

    def test_two_reloads_in_a_row_invent_nothing(self):
        with small() as daemon:
            daemon.predict_lines(self.SHIFTED)
            judged(daemon)
            for text in (SMALL.replace('bin="red"', 'bin="blue"'), SMALL):
                daemon.baseline_file.write_text(text)
                daemon.post("/-/reload")
            daemon.predict_lines('{"features":[1,"red"]}\n{"features":[1,"mauve"]}')
            colour = of_feature(judged(daemon), "colour", "10m")
        self.assertEqual({each["bin"]: each["live"] for each in colour["bins"]},
                         {"red": 1, "nan": 0, "mauve": 1})

    def test_a_statistic_that_a_feature_cannot_have_is_an_error(self):
        for name, statistic, kind in (("colour", "ks", "discrete"),
                                      ("age", "chi_squared", "continuous")):
            said = (f"drift.features.{name}.statistic: {statistic} is not defined for the "
                    f"feature, which is {kind}")
            wrong = {name: {"statistic": statistic}}
            with Daemon(baseline=SMALL, config=with_drift(features=wrong),
                        start=False) as daemon:
                code, output = daemon.fail_to_start()
                self.assertEqual((code, output), (2, f"boxkited: {said}"))
                daemon.config["drift"]["features"] = {}
                daemon.start()
                daemon.config["drift"]["features"] = wrong
                daemon.write_config()
                answer = daemon.post("/-/reload")
                self.assertEqual((answer.status, answer.json), (500, {"error": said}))

    def test_a_feature_that_the_baseline_lacks_is_warned_of(self):
        with small(features={"Age": {"threshold": 1}}) as daemon:
            (warning,) = [line for line in daemon.lines if "level=warning" in line]
            self.assertIn("the baseline has no feature of that name", warning)
            self.assertIn("Age", warning)


class Interface(unittest.TestCase):
    def test_without_a_baseline_there_is_no_drift(self):
        with Daemon() as daemon:
            answer = daemon.get("/v1/drift")
            self.assertEqual((answer.status, answer.json),
                             (404, {"error": "no baseline is loaded"}))
            self.assertNotIn("boxkite_", daemon.get("/metrics").text)

    def test_families_can_be_picked(self):
        with small() as daemon:
            daemon.predict({"features": [1, "red", 1], "output": 1})
            judged(daemon)
            text = daemon.get("/metrics?name[]=boxkite_drift_share").text
            self.assertEqual(re.findall("^# TYPE (.*)$", text, re.M),
                             ["boxkite_drift_share gauge"])
            self.assertIn('boxkite_bucket_info{metric_name="feature_0_value",le="10.0",'
                          'previous_le="0.0"} 1\n',
                          daemon.get("/metrics?name[]=boxkite_bucket_info").text)

    def test_the_answer_is_one_for_all_who_ask_between_two_evaluations(self):
        with small(evaluation_interval_ms=3_600_000) as daemon:
            connections = [daemon.connection() for _ in range(20)]
            for connection in connections:
                connection.request("GET", "/v1/drift")
            answers = {connection.getresponse().read() for connection in connections}
            for connection in connections:
                connection.close()
            self.assertEqual(len(answers), 1)

    def test_what_windows_may_hold_is_told_at_the_start(self):
        def told(**options):
            with Daemon(baseline=AGE, config=with_drift(**options)) as daemon:
                (ready,) = [line for line in daemon.lines if "message=ready" in line]
                return int(re.search(r"windows_bytes_at_most=(\d+)", ready).group(1))

        self.assertEqual(told(windows=["10m", "1h"]), 2 * told(windows=["1m"]))
        self.assertEqual(told(windows=[]), 0)


if __name__ == "__main__":
    unittest.main()
