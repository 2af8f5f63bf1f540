"""`boxkited drift`: the verdicts of drift over prediction logs and tables."""

import csv
import gzip
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import tempfile
import unittest

from support.baselines import AGE, COLOUR, SMALL
from support.daemon import BINARY, GOLDEN, PATIENCE, ROOT, Daemon, run, surroundings
from support.drift import OFTEN, judged, of_feature, psi, verdicts
from support.schema import mismatch

CASES = ("diabetes", "iris", "edge", "wide")
DIABETES = GOLDEN / "diabetes"
# Large enough to tell chance from drift.
LARGE = re.sub(r" (\d+)\.0$", r" \g<1>000.0", SMALL, flags=re.M)
NO_DRIFT, INPUT_WRONG, DRIFT = 0, 2, 3


def rows():
    with open(DIABETES / "train.csv", encoding="utf-8", newline="") as file:
        return [[float(value) for value in row] for row in list(csv.reader(file))[1:]]


def names():
    with open(DIABETES / "train.csv", encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def lines(events):
    return "".join(json.dumps(event) + "\n" for event in events)


def events_of(table):
    return [{"features": row[:-1], "output": row[-1]} for row in table]


def moved(table):
    return [[row[0] + 0.05] + row[1:] for row in table]


def log_line(event, created_at):
    return json.dumps({"prediction_id": "s/1", "server_id": "s", "entity_id": None,
                       "created_at": created_at, "received_at": created_at, **event,
                       "request_body": None, "metadata": None}) + "\n"


class DriftCommand(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boxkited-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.baseline = self.file("small.prom", SMALL)

    def file(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def drift(self, *arguments, baseline=None, code=NO_DRIFT, environment=None):
        done = run("drift", "--baseline", baseline or self.baseline, *arguments,
                   environment=environment)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def judge(self, *arguments, **more):
        """The document of --json, which must say as the exit code does whether there is drift."""
        found = run("drift", "--baseline", more.get("baseline", self.baseline), "--json",
                    *arguments)
        self.assertIn(found.returncode, (NO_DRIFT, DRIFT), found.stderr)
        self.assertEqual(found.stdout.count("\n"), 1)
        document = json.loads(found.stdout)
        self.assertEqual(found.returncode == DRIFT,
                         "drifted" in verdicts(document).values(), verdicts(document))
        return document

    def assert_refused(self, message, *arguments, baseline=None):
        refused = run("drift", "--baseline", baseline or self.baseline, *arguments)
        self.assertEqual((refused.stderr, refused.stdout, refused.returncode),
                         (f"boxkited: {message}\n", "", INPUT_WRONG))

    # ---- Tables ----

    def test_training_data_score_nothing(self):
        for case in CASES:
            baseline = GOLDEN / case / "histogram.prom"
            table = (GOLDEN / case / "train.csv").read_bytes()
            header, body = table.split(b"\n", 1)
            halves = body.splitlines(keepends=True)
            middle = len(halves) // 2
            forms = {
                "CSV": [self.file("t.csv", table)],
                "gzip": [self.file("t.csv.gz", gzip.compress(table))],
                "two files": [self.file(f"{i}.csv", header + b"\n" + b"".join(part))
                              for i, part in enumerate((halves[:middle], halves[middle:]))],
            }
            for form, files in forms.items():
                with self.subTest(case=case, form=form):
                    document = self.judge(*files, "--minimum-observations", 1, baseline=baseline)
                    observed = len(halves)
                    for variable in document["variables"]:
                        found = variable["windows"]["all"]
                        self.assertEqual(found["verdict"], "stable", variable["feature_name"])
                        self.assertEqual(set(found["scores"].values()), {0}, found)
                        self.assertEqual(found["observations"], observed)
                    (window,) = document["windows"]
                    self.assertEqual(window, {"window": "all", "seconds": 0, "share": 0})

    def test_the_same_rows_are_the_same_in_every_form(self):
        header, table = names(), moved(rows())
        text = ",".join(header) + "\n" + "".join(",".join(map(repr, row)) + "\n" for row in table)
        forms = {
            "CSV": self.file("t.csv", text),
            "tabs": self.file("t.tsv", text.replace(",", "\t")),
            "objects": self.file("t.ndjson", lines(dict(zip(header, row)) for row in table)),
            "arrays": self.file("a.ndjson", lines(events_of(table))),
            "named": self.file("n.ndjson", lines(
                {"features": dict(zip(header, row[:-1])), "output": row[-1]} for row in table)),
            "both": self.file("b.ndjson", lines(
                {"features": row[:-1] if i % 2 else dict(zip(header, row[:-1])),
                 "output": row[-1]} for i, row in enumerate(table))),
        }
        found = {}
        for form, path in forms.items():
            flags = ("--delimiter", "tab") if form == "tabs" else ()
            document = self.judge(path, *flags, baseline=DIABETES / "histogram.prom")
            document.pop("evaluated_at")
            found[form] = document
        for form, document in found.items():
            self.assertEqual(document, found["CSV"], form)

    def test_shifted_data_drift_and_say_where(self):
        path = self.file("moved.ndjson", lines(events_of(moved(rows()))))

        done = self.drift(path, baseline=DIABETES / "histogram.prom", code=DRIFT)

        table = done.stdout.splitlines()
        self.assertRegex(table[0], r"^feature +kind +verdict +statistic +score +threshold +p-value"
                                   r" +observations +missing +unseen$")
        self.assertRegex(table[1], r"^age +continuous +drifted +psi +\d+\.\d+ +0\.2 +\S+ +331 +0%"
                                   r" +\d+\.\d%$")
        self.assertEqual(len(table), 1 + 11 + 2)
        self.assertEqual({len(line) for line in table[:12]}, {len(table[0])})
        self.assertEqual([line.split()[2] for line in table[2:12]], ["stable"] * 10)
        self.assertEqual(table[-2:], ["", "1 of 11 variables drifted (9.1%)"])
        self.assertEqual(done.stderr, "boxkited: 331 events\n")

    def test_scores_are_those_of_the_definition(self):
        path = self.file("t.csv", "age\n" + "-1\n" * 30 + "5\n" * 10 + "99\n" * 50 + "\n" +
                         '""\n' * 10)
        baseline = self.file("age.prom", AGE)

        age = of_feature(self.judge(path, "--minimum-observations", 100, baseline=baseline), "age")

        self.assertAlmostEqual(age["score"], psi([1, 1, 1], [30, 10, 60]), 12)
        self.assertEqual((age["observations"], age["missing_ratio"], age["unseen_ratio"]),
                         (100, 0.1, 0.8))

    def test_cells_are_bins_as_the_baseline_has_made_them(self):
        table = self.file("t.csv", "text,code,flag,number,prediction\n" + "".join(
            f"{('01', '1', 'true', 'NA', 'red', 'blue')[i % 6]},{('1', '1.0', '2', '')[i % 4]},"
            f"{('true', 'False')[i % 2]},{('nan', '-inf', 'inf', str(i / 7))[i % 4]},{i % 2}\n"
            for i in range(600)))
        baseline = self.folder / "made.prom"
        self.assertEqual(run("baseline", table, "--discrete", "text,code", "-o",
                             baseline).returncode, 0)

        document = self.judge(table, baseline=baseline)

        self.assertEqual({variable["feature_name"]: variable["windows"]["all"]["score"]
                          for variable in document["variables"]},
                         dict.fromkeys(("text", "code", "flag", "number", "inference"), 0))

    def test_texts_that_are_too_long_for_a_bin_may_be_numbers(self):
        cells = ("red", "1.5", "9" * 257, "1" + " " * 256, "9" * 400, "nan" + " " * 256, "x" * 257)
        table = self.file("t.ndjson", lines({"text": cells[i % len(cells)], "prediction": i % 2}
                                            for i in range(600)))
        baseline = self.folder / "made.prom"
        self.assertEqual(run("baseline", table, "--discrete", "text", "-o",
                             baseline).returncode, 0)

        document = self.judge(table, baseline=baseline)

        self.assertEqual(of_feature(document, "text")["score"], 0)

    def test_columns_may_stand_anywhere_and_others_are_named(self):
        path = self.file("t.csv", "id,prediction,grade,colour,age\n" + "1,0,1,red,3\n" * 5)

        done = self.drift(path)

        self.assertEqual(done.stderr, "boxkited: not in the baseline and left out: `id`\n"
                                      "boxkited: 5 rows\n")
        self.assertEqual(self.drift(path, "--quiet").stderr, "")

    def test_columns_that_lack_are_an_error(self):
        path = self.file("t.csv", "grade,prediction\n1,2\n")
        other = self.file("other.csv", "age,colour,grade\n1,red,2\n")
        named = self.file("named.csv", "age,prediction,y\n1,2,3\n")
        feature = self.file("feature.prom", AGE + COLOUR.replace(": colour", ": prediction") +
                            SMALL[SMALL.index("# HELP inference"):])

        self.assert_refused(f"{path}: no columns are called `age`, `colour`, features of the "
                            "baseline", path)
        self.assert_refused(f"{other}: --prediction must name the column of the model's answers, "
                            "as none is called `prediction`", other)
        self.assert_refused(f"{other}: --prediction: no column is called `y`", other,
                            "--prediction", "y")
        self.assert_refused(f"{named}: --prediction must name the column of the model's answers, "
                            "as none is called `prediction`", named, baseline=feature)
        self.assert_refused(f"{other}: --prediction: the baseline has no predictions", other,
                            "--prediction", "grade", baseline=self.file("age.prom", AGE))
        self.drift(named, "--prediction", "y", baseline=feature)
        self.drift(other, "--prediction", "grade")

    def test_ignored_features_need_no_column(self):
        path = self.file("t.csv", "age,grade\n" + "1,2\n" * 300)
        config = self.file("boxkited.json", json.dumps({"drift": {"features": {
            "colour": {"ignore": True}, "inference": {"ignore": True}}}}))

        self.assertEqual(set(verdicts(self.judge(path, "--config", config))), {"age", "grade"})

    def test_tables_may_have_no_header(self):
        baseline = self.file("age.prom", AGE.replace(": age", ": 0"))
        path = self.file("t.csv", "1;2\n3;4\n")

        document = self.judge(path, "--no-header", "--delimiter", ";", baseline=baseline)

        self.assertEqual(of_feature(document, "0")["observations"], 2)

    # ---- Logs ----

    def test_a_log_is_judged_as_its_daemon_has_judged(self):
        odd = [float("nan"), float("inf"), float("-inf"), None, "oops", "7", True, [1], {"a": 1}]
        events = [{"features": [i % 13 if i % 10 else odd[i // 10 % len(odd)],
                                ("red", "green", None, "x" * 300, 5, "\u0000é", *odd[1:3])[i % 8],
                                (1, "2", 3.0, "1e0", True, "three")[i % 6]][:3 if i % 50 else 2],
                   "output": (i % 7) / 3 if i % 11 else (None, "high", [0.1, 0.9])[i % 3]}
                  for i in range(1200)]
        events += [{"features": {"age": i, "colour": "red", "more": 1}, "output": 2}
                   for i in range(300)]
        events += [{"output": i / 9} for i in range(100)]
        config = {**OFTEN, "prediction_log": {"directory": str(self.folder / "log"),
                                              "flush_interval_ms": 20}}
        with Daemon(baseline=LARGE, config=config) as daemon:
            self.assertEqual(daemon.predict_lines(lines(events)).json["accepted"], len(events))
            daemon.await_written(len(events))
            live = judged(daemon)
        for window in live["windows"]:
            if window["window"] == "all":
                window.pop("seconds")
                live["windows"] = [window]
        for variable in live["variables"]:
            variable["windows"] = {"all": variable["windows"]["all"]}
        live.pop("evaluated_at")
        partitions = sorted((self.folder / "log").rglob("*.txt"))
        packed = self.folder / "packed"
        shutil.copytree(self.folder / "log", packed)
        for path in packed.rglob("*.txt"):
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()

        large = self.file("large.prom", LARGE)
        self.assertEqual(set(verdicts(live).values()), {"drifted"})
        for inputs in ([self.folder / "log"], [packed], partitions):
            document = self.judge(*inputs, baseline=large)
            self.assertGreaterEqual(document["windows"][0].pop("seconds"), 0)
            document.pop("evaluated_at")
            self.assertEqual(document, live)
        said = self.drift(self.folder / "log", baseline=large, code=DRIFT).stderr.splitlines()[0]
        self.assertEqual(said, "boxkited: warning: 324 events have too few or too many features, "
                               "or an unknown name")

    def test_the_document_is_that_of_the_openapi(self):
        path = self.file("e.ndjson", lines(events_of(moved(rows()))))
        document = self.judge(path, baseline=DIABETES / "histogram.prom")

        openapi = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))

        self.assertIsNone(mismatch(document, openapi["components"]["schemas"]["Drift"], openapi))
        self.assertEqual([window["window"] for window in document["windows"]], ["all"])

    def test_a_log_that_is_being_written_is_judged_up_to_its_last_line(self):
        event = {"features": [1, "red", 2], "output": 0.5}
        line = log_line(event, "2024-05-01T13:00:00.000000Z")
        path = self.file("log/2024-05-01/1300_l-r.txt", line * 3 + line[:50])
        self.file("log/2024-05-01/1315_l-r.txt", "")

        for given in (self.folder / "log", path):
            self.assertEqual(of_feature(self.judge(given), "age")["observations"], 3)
        self.file("log/2024-05-01/1300_l-r.txt", line + line[:50] + "\n")
        self.assert_refused(f"{path}:2: expected `\"` at the end of a text", path)
        plain = self.file("events.ndjson", line + line[:50])
        self.assert_refused(f"{plain}:2: expected `\"` at the end of a text", plain)

    def test_times_are_from_since_up_to_until(self):
        event = {"features": [1, "red", 2], "output": 0.5}
        times = ("2024-05-01T23:59:59.999999Z", "2024-05-02T00:00:00.000000Z",
                 "2024-05-02T12:00:00.000000Z", "2024-05-03T00:00:00.000000Z")
        for time in times:
            self.file(f"log/{time[:10]}/{time[11:13]}00_l-r.txt", log_line(event, time))
        sent = self.file("sent.ndjson", lines({**event, "timestamp": time} for time in (
            times[0], 1714608000, "2024-05-02T14:00:00+02:00", 1714694400.0)))
        ranges = ((("--since", "2024-05-02"), 3), (("--until", "2024-05-02"), 1),
                  (("--since", "2024-05-02", "--until", "2024-05-03"), 2),
                  (("--since", times[0]), 4), (("--until", times[3]), 3),
                  (("--since", "2024-05-02T02:00:00+02:00", "--until", "1714651200"), 1),
                  (("--since", "1714607999.999999", "--until", "1714608000"), 1),
                  (("--since", "2025-01-01"), 0), ((), 4))
        for given in (self.folder / "log", sent):
            for flags, count in ranges:
                with self.subTest(given=given, flags=flags):
                    document = self.judge(given, *flags)
                    self.assertEqual(of_feature(document, "age")["observations"], count)
        self.assertEqual(self.judge(sent)["windows"][0]["seconds"], 86400.000001)
        self.assertEqual(self.drift(sent, "--since", "2024-05-02").stderr.splitlines(), [
            "boxkited: 1 event of another time left out",
            "boxkited: 3 events, from 2024-05-02T00:00:00.000000Z to 2024-05-03T00:00:00.000000Z"])

    def test_partitions_of_other_days_are_not_read(self):
        event = {"features": [1, "red", 2], "output": 0.5}
        self.file("log/2024-05-01/1300_l-r.txt", "no event\n")
        self.file("log/2024-05-02/1300_l-r.txt", log_line(event, "2024-05-02T13:00:00.000000Z"))
        self.file("log/2024-05-03/1300_l-r.txt", "no event\n")

        document = self.judge(self.folder / "log", "--since", "2024-05-02T01:00:00Z",
                              "--until", "2024-05-03")

        self.assertEqual(of_feature(document, "age")["observations"], 1)

    def test_what_has_no_time_has_none_to_choose_by(self):
        table = self.file("t.csv", "age,colour,grade,prediction\n1,red,2,3\n")
        events = self.file("e.ndjson", '{"features":[1],"timestamp":1}\n{"features":[2]}\n')
        text = self.file("text.ndjson", '{"features":[1],"timestamp":"yesterday"}\n')

        self.assert_refused(f"{table}: --since: rows of a table have no time, as events of a "
                            "prediction log do", table, "--since", "0")
        for path, line in ((events, 2), (text, 1)):
            self.assert_refused(f"{path}:{line}: no event time: expected RFC 3339 text or Unix "
                                "seconds in `created_at` or `timestamp`", path, "--until", "9")
        self.drift(events)
        self.drift(text)

    def test_outputs_that_no_logged_event_has_are_none(self):
        time = "2024-05-01T13:00:00.000000Z"
        without = "".join(log_line({"features": [1, "red", 2], "output": None}, time)
                          for _ in range(300))
        path = self.file("log/2024-05-01/1300_l-r.txt", without)
        self.assertEqual(of_feature(self.judge(path), "inference")["observations"], 0)

        path = self.file("log/2024-05-01/1300_l-r.txt",
                         without + log_line({"features": [1, "red", 2], "output": 0.5}, time))
        found = of_feature(self.judge(path), "inference")
        self.assertEqual((found["observations"], found["missing_ratio"]), (301, 300 / 301))

    def test_bins_of_outputs_are_made_in_the_order_of_the_log(self):
        baseline = self.file("output.prom", COLOUR.replace("feature_1", "inference")
                             .replace("for feature: colour", "of predictions"))
        config = self.file("boxkited.json", '{"limits": {"bins_per_feature": 1}}')
        path = self.file("log/2024-05-01/1300_l-r.txt", "".join(
            log_line({"features": [1], "output": output}, "2024-05-01T13:00:00.000000Z")
            for output in (None, None, "a", None, "b")))
        without_nan = self.file("without.prom", baseline.read_text().replace('"nan"', '"blue"'))

        def bins(baseline):
            found = of_feature(self.judge(path, "--config", config, baseline=baseline), "inference")
            return {each["bin"]: each["live"] for each in found["bins"]}

        self.assertEqual(bins(baseline), {"red": 0, "nan": 3, "a": 1, "__other__": 1})
        self.assertEqual(bins(without_nan), {"red": 0, "blue": 0, "nan": 3, "__other__": 2})

    def test_events_may_be_nested_as_deep_as_any_daemon_takes(self):
        deep = "[" * 998 + "]" * 998
        path = self.file("deep.ndjson", '{"features":[1,"red",%s],"output":1}\n' % deep)
        deeper = self.file("deeper.ndjson", '{"features":[1,"red",[%s]],"output":1}\n' % deep)

        self.assertEqual(of_feature(self.judge(path), "age")["observations"], 1)
        self.assert_refused(f"{deeper}:1: nested deeper than 1000", deeper)

    def test_standard_input_is_read(self):
        event = lines([{"features": [1, "red", 2], "output": 0.5}] * 7).encode()
        for data in (event, gzip.compress(event)):
            done = subprocess.run([BINARY, "drift", "--baseline", self.baseline, "--json", "-"],
                                  input=data, capture_output=True, env=surroundings(),
                                  timeout=PATIENCE)
            self.assertEqual(done.returncode, NO_DRIFT, done.stderr)
            self.assertEqual(of_feature(json.loads(done.stdout), "age")["observations"], 7)

    # ---- Rules ----

    def test_too_little_data_is_no_drift_and_said(self):
        path = self.file("e.ndjson", lines([{"features": [99, "new", 9], "output": 9}] * 199))
        empty = self.file("log/2024-05-01/1300_l-r.txt", "")

        done = self.drift(path)
        self.assertEqual(done.stdout.splitlines()[-1],
                         "no verdict: every variable has too little data")
        self.assertIn("insufficient_data", done.stdout.splitlines()[1])
        self.assertIn("boxkited: no verdict: every variable has too little data\n",
                      self.drift(path, "--json").stderr)
        self.assertEqual(self.drift(empty).stdout.splitlines()[-1],
                         "no verdict: every variable has too little data")
        self.drift(path, "--minimum-observations", "199", code=DRIFT)

    def test_all_may_be_ignored(self):
        path = self.file("e.ndjson", lines([{"features": [1, "red", 2]}] * 300))
        ignored = {name: {"ignore": True} for name in ("age", "colour", "grade", "inference")}
        config = self.file("boxkited.json", json.dumps({"drift": {"features": ignored}}))

        done = self.drift(path, "--config", config)

        self.assertEqual(done.stdout.splitlines()[1:],
                         ["", "no verdict: every variable is ignored"])

    def test_some_may_have_too_little_data(self):
        path = self.file("e.ndjson", lines([{"features": {"age": 99}}] * 300))

        self.assertEqual(self.drift(path, code=DRIFT, baseline=self.file("large.prom", LARGE))
                         .stdout.splitlines()[-1],
                         "1 of 1 variable drifted (100.0%); 3 have too little data")

    def test_flags_beat_variables_and_these_beat_the_config(self):
        path = self.file("t.ndjson", lines(events_of(moved(rows()))))
        config = self.file("boxkited.json", json.dumps(
            {"listeners": [{"http": "127.0.0.1:0"}],
             "drift": {"statistic": "js", "threshold": 0.9, "minimum_observations": 332,
                       "features": {"bmi": {"statistic": "ks", "threshold": 0.5}}}}))

        def age(*flags, environment=None):
            done = run("drift", "--baseline", DIABETES / "histogram.prom", "--json", *flags, path,
                       environment=environment)
            found = of_feature(json.loads(done.stdout), "age")
            return found["statistic"], found["threshold"], found["verdict"]

        self.assertEqual(age(), ("psi", 0.2, "drifted"))
        self.assertEqual(age("--config", config), ("js", 0.9, "insufficient_data"))
        self.assertEqual(age(environment={"BOXKITED_CONFIG": str(config)}),
                         ("js", 0.9, "insufficient_data"))
        self.assertEqual(age("--config", config, "--minimum-observations", 331),
                         ("js", 0.9, "stable"))
        self.assertEqual(age("--config", config,
                             environment={"BOXKITED_DRIFT_MINIMUM_OBSERVATIONS": "331"}),
                         ("js", 0.9, "stable"))
        self.assertEqual(age("--config", config, "--threshold", 0.05, "--minimum-observations", 1),
                         ("js", 0.05, "drifted"))
        # A threshold is that of its statistic.
        self.assertEqual(age("--config", config, "--statistic", "psi")[:2], ("psi", 0.2))
        self.assertEqual(age("--threshold", "1e9"), ("psi", 1e9, "stable"))
        self.assertEqual(age("--alpha", 0), ("psi", 0.2, "stable"))
        document = self.judge("--config", config, path, baseline=DIABETES / "histogram.prom")
        self.assertEqual(of_feature(document, "bmi")["statistic"], "ks")

    def test_what_cannot_be_meant_is_refused(self):
        path = self.file("e.ndjson", '{"features":[1,"red",2],"output":1}\n')
        config = self.file("boxkited.json", '{"drift": {"alpha": 2}}')
        misfit = self.file("misfit.json",
                           '{"drift": {"features": {"colour": {"statistic": "ks"}}}}')
        statistics = '"ks", "kl", "psi", "js", "wasserstein", "chi_squared", "linf"'
        refused = (
            ((path, "--statistic", "psy"), f'--statistic: expected one of {statistics}, not "psy"'),
            ((path, "--threshold", "-1"),
             "--threshold: expected null or a number from 0 to 1000000000, not -1"),
            ((path, "--threshold", "x"),
             '--threshold: expected null or a number from 0 to 1000000000, not "x"'),
            ((path, "--alpha", "2"), "--alpha: expected a number from 0 to 1, not 2"),
            ((path, "--minimum-observations", "0"),
             "--minimum-observations: expected a whole number from 1 to 1000000000, not 0"),
            ((path, "--config", config),
             f"{config}: drift.alpha: expected a number from 0 to 1, not 2"),
            ((path, "--config", misfit),
             "drift.features.colour.statistic: ks is not defined for the feature, which is "
             "discrete"),
            ((path, "--since", "noon"),
             "--since: expected RFC 3339, a date, or Unix seconds, not `noon`"),
            ((path, "--since", ""), "--since: expected RFC 3339, a date, or Unix seconds, not ``"),
            ((path, "--until=-1e11"),
             "--until: expected RFC 3339, a date, or Unix seconds, not `-1e11`"),
            ((path, "--since", "2024-05-02", "--until", "2024-05-02"),
             "--until: expected a time after --since"),
            ((path, "--prediction", "y"),
             f"{path}: --prediction: the predictions of events are their `output`"),
            ((self.folder / "none",), f"{self.folder}/none: No such file or directory"),
            ((self.folder / "a\n\x1b[31m",),
             rf'"{self.folder}/a\n\u001b[31m": No such file or directory'),
            ((self.folder,), f"{self.folder}: no prediction log in this folder"),
            ((self.file("empty.csv", ""),), f"{self.folder}/empty.csv: the table is empty"),
            ((path, self.file("t.csv", "a\n1\n")), f"{self.folder}/t.csv: expected NDJSON, as in "
                                                   f"{path}"),
            ((self.file("bad.csv", "age,colour,grade,prediction\n1,2,3,4\n1,2\n"),),
             f"{self.folder}/bad.csv:3: expected 4 cells, got 2"),
            ((self.file("bad.ndjson", '{"features":[1]}\n{"features":{"a":1,"a":2}}\n'),),
             f"{self.folder}/bad.ndjson:2: features: `a` comes twice"),
        )
        for arguments, message in refused:
            with self.subTest(message):
                self.assert_refused(message, *arguments)
        broken = self.file("broken.prom", "feature_0_value_baseline_bucket{le=\n")
        failed = run("drift", "--baseline", broken, path)
        self.assertEqual(failed.returncode, INPUT_WRONG)
        self.assertTrue(failed.stderr.startswith(f"boxkited: {broken}:1: "), failed.stderr)
        self.assertEqual(failed.stderr.count("\n"), 1)
        for arguments in (["drift", path], ["drift", "--baseline", self.baseline],
                          ["--config", config, "drift", "--baseline", self.baseline, path]):
            wrong = run(*arguments)
            self.assertEqual((wrong.returncode, wrong.stdout), (INPUT_WRONG, ""))
            self.assertEqual(wrong.stderr.count("\n"), 1)

    def test_prediction_of_events_may_be_called_by_its_name(self):
        path = self.file("e.ndjson", '{"features":[1,"red",2],"output":1}\n')

        document = self.judge(path, "--prediction", "output")

        self.assertEqual(of_feature(document, "inference")["observations"], 1)

    # ---- Output ----

    def test_names_take_one_line_and_little_of_it(self):
        hostile = ["line\nend", "\x1b[31mred", "tab\t", "x" * 500, "\u202egnp", "z\u200bero",
                   " ", "é" * 100, "年" * 100, "\U0001f600", "q\"\\", "a\u0300\u0301",
                   "a\u20dd\ufe20", "\u3164\u115f"]
        rows_ = [{name: i % 2 for name in hostile} | {"prediction": i % 2} for i in range(50)]
        path = self.file("t.ndjson", lines(rows_))
        baseline = self.folder / "made.prom"
        self.assertEqual(run("baseline", path, "-o", baseline).returncode, 0)

        shown = self.drift(path, baseline=baseline).stdout

        self.assertEqual(len(shown.splitlines()), 1 + len(hostile) + 1 + 2, shown)
        for character in "\x1b\t\u202e\u200b\u0300\u20dd\u3164":
            self.assertNotIn(character, shown)
        table = shown.split("\n")[:1 + len(hostile) + 1]
        self.assertLess(max(map(len, table)), 150)
        places = {sum(2 if each in "年\U0001f600" else 1 for each in line[:line.index(" discrete")])
                  for line in table[1:]}
        self.assertEqual(len(places), 1, shown)
        self.assertIn(r"\u202egnp", shown)
        document = self.judge(path, baseline=baseline)
        self.assertEqual({variable["feature_name"] for variable in document["variables"]},
                         {*hostile, "inference"})

    def test_output_that_cannot_be_written_is_a_failure_of_the_work(self):
        path = self.file("e.ndjson", '{"features":[1,"red",2],"output":1}\n')
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "drift", "--baseline", self.baseline, "--quiet", path],
                                  stdout=full, stderr=subprocess.PIPE, env=surroundings(),
                                  timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr),
                         (1, b"boxkited: standard output: cannot write\n"))

    def test_progress_is_shown_on_a_terminal_unless_quiet(self):
        path = self.file("e.ndjson", '{"features":[1,"red",2],"output":1}\n')
        for flags, shown in (((), True), (("--quiet",), False)):
            with self.subTest(flags):
                ours, theirs = pty.openpty()
                process = subprocess.Popen(
                    [BINARY, "drift", "--baseline", self.baseline, path, *flags], stderr=theirs,
                    stdout=subprocess.DEVNULL, env=surroundings())
                os.close(theirs)
                said = b""
                try:
                    while part := os.read(ours, 4096):
                        said += part
                except OSError:  # How a terminal ends.
                    pass
                os.close(ours)
                self.assertEqual(process.wait(PATIENCE), NO_DRIFT)
                self.assertEqual(b"rows/s" in said, shown, said)
                if not shown:
                    self.assertEqual(said, b"")


if __name__ == "__main__":
    unittest.main()
