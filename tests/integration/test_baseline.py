"""`boxkited baseline`: tables and prediction logs into baselines that the daemon loads."""

import gzip
import json
import os
import pathlib
import pty
import random
import shutil
import signal
import subprocess
import tempfile
import unittest

from support.daemon import (BINARY, GOLDEN, PATIENCE, Daemon, parse_metrics, run, sample,
                            surroundings)

CASES = ("diabetes", "iris", "edge", "wide")


def pipe(data, *arguments):
    return subprocess.run([BINARY, "baseline", *map(str, arguments)], input=data,
                          capture_output=True, env=surroundings(), timeout=PATIENCE)


def take_interrupts():
    """What a terminal's process does; one in the background may have been told to ignore them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Baseline(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boxkited-test-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def make(self, *arguments):
        made = run("baseline", *arguments)
        self.assertEqual(made.returncode, 0, made.stderr)
        return made.stdout

    def assert_refused(self, message, *arguments):
        refused = run("baseline", *arguments)
        self.assertEqual((refused.stderr, refused.stdout, refused.returncode),
                         (f"boxkited: {message}\n", "", 2))

    # ---- Boxkite's own files ----

    def test_golden_files_are_the_same_byte_for_byte(self):
        for case in CASES:
            with self.subTest(case):
                expected = (GOLDEN / case / "histogram.prom").read_bytes()
                table = (GOLDEN / case / "train.csv").read_bytes()
                header, body = table.split(b"\n", 1)
                rows = body.splitlines(keepends=True)
                half = len(rows) // 2
                halves = [self.file(f"{case}-{i}.csv", header + b"\n" + b"".join(part))
                          for i, part in enumerate((rows[:half], rows[half:]))]
                inputs = {
                    "file": [GOLDEN / case / "train.csv"],
                    "gzip": [self.file(f"{case}.csv.gz", gzip.compress(table))],
                    "gzip by another name": [self.file(f"{case}.csv", gzip.compress(table))],
                    "CRLF": [self.file(f"{case}-crlf.csv", table.replace(b"\n", b"\r\n"))],
                    "byte order mark": [self.file(f"{case}-bom.csv", b"\xef\xbb\xbf" + table)],
                    "no last line end": [self.file(f"{case}-end.csv", table.rstrip(b"\n"))],
                    "two halves": halves,
                }
                for name, files in inputs.items():
                    with self.subTest(name):
                        self.assertEqual(self.make(*files).encode(), expected)
                self.assertEqual(pipe(table, "-").stdout, expected)
                self.assertEqual(pipe(gzip.compress(table), "-").stdout, expected)

                output = self.folder / f"{case}.prom"
                self.assertEqual(self.make(halves[0], halves[1], "-o", output), "")
                self.assertEqual(output.read_bytes(), expected)

    def test_the_same_table_as_ndjson_is_the_same_baseline(self):
        table = (GOLDEN / "iris" / "train.csv").read_text("utf-8").splitlines()
        names = table[0].split(",")
        rows = [line.split(",") for line in table[1:]]
        numbers = [[float(cell) for cell in row[:-1]] + [row[-1]] for row in rows]
        objects = self.file("rows.ndjson", "".join(
            json.dumps(dict(zip(names, row))) + "\n" for row in numbers))
        events = self.file("events.txt", "".join(
            json.dumps({"features": dict(zip(names, row[:-1])), "output": row[-1]}) + "\n"
            for row in numbers))
        expected = (GOLDEN / "iris" / "histogram.prom").read_text("utf-8")

        self.assertEqual(self.make(objects), expected)
        self.assertEqual(self.make(events), expected)

    # ---- What flags say ----

    def test_kinds_of_columns_can_be_said(self):
        table = self.file("t.csv", "".join(["id,few,many,y\n"] + [
            f"{i},{i % 7},{i * 0.37},{i % 2}\n" for i in range(200)]))

        made = self.make(table, "--drop", "id", "--discrete", "many", "--continuous", "few,y",
                         "--prediction", "y", "--quiet")

        self.assertIn("# TYPE feature_0_value_baseline histogram", made)
        self.assertIn("Baseline values for feature: few", made)
        self.assertIn('feature_1_value_baseline_total{bin="0.37"} 1.0', made)
        self.assertIn("# TYPE inference_value_baseline histogram", made)
        self.assertNotIn("feature: id", made)
        self.assertNotIn("feature_2", made)

    def test_a_name_with_commas_is_one_column(self):
        table = self.file("t.csv", '"a,b",a,b\n1,2,3\n4,5,6\n')

        self.assertEqual(self.make(table, "--drop", "a,b").count("# HELP"), 2)
        self.assertEqual(self.make(table, "--drop", "a", "--drop", "b").count("# HELP"), 1)

    def test_delimiter_and_header_can_be_said(self):
        plain = self.file("t.csv", "0,1\n1,2\n3,4\n")
        other = self.file("t.tsv", "1\t2\n3\t4\n")

        self.assertEqual(self.make(other, "--delimiter", "tab", "--no-header"), self.make(plain))

    def test_a_sample_is_repeatable_and_depends_on_the_seed(self):
        values = random.Random(0)
        table = self.file("t.csv", "x,text,prediction\n" + "".join(
            f"{values.gauss(0, 1)!r},{values.choice('abc')},{values.random()!r}\n"
            for _ in range(20_000)))
        sampled = [table, "--max-samples", "1000"]

        first = self.make(*sampled)

        self.assertEqual(self.make(*sampled), first)
        self.assertEqual(self.make(*sampled, "--seed", "0"), first)
        self.assertNotEqual(self.make(*sampled, "--seed", "1"), first)
        self.assertIn('feature_0_value_baseline_bucket{le="+Inf"} 1000.0', first)
        self.assertIn("20000.0", self.make(table))

    # ---- What is refused ----

    def test_tables_that_cannot_be_meant_are_refused(self):
        rows = (
            ("", "t.csv: the table is empty", ()),
            ("a,b\n", "t.csv: the table has a header and no rows", ()),
            ("a,b\n1,2\n3\n", "t.csv:3: expected 2 cells, got 1", ()),
            ("a,a\n1,2\n", "t.csv:1: columns 1 and 2 are both called `a`", ()),
            ('a,b\n1,"2\n', "t.csv:2: column 2: the quote is not closed", ()),
            ('a,b\n1,"2"3\n', "t.csv:2: column 2: text behind the closing quote", ()),
            ("a\0,b\n1,2\n", "t.csv:1: column 1: a NUL", ()),
            (b"a\xff,b\n1,2\n", "t.csv:1: column 1: expected UTF-8", ()),
            ("a,b\n1,2\n", "t.csv: --prediction: no column is called `y`; there are `a`, `b`",
             ("--prediction", "y")),
            ("a,b\n1,2\n", "t.csv: --discrete: no column is called `c`; there are `a`, `b`",
             ("--discrete", "a,c")),
            ("a,b\n1,2\n", "t.csv: --continuous: no column is called `c`; there are `a`, `b`",
             ("--continuous", "c")),
            ("a,b\n1,2\n", "t.csv: --drop: no column is called `c`; there are `a`, `b`",
             ("--drop", "c")),
            ("a,b\n1,2\n", "t.csv: --drop: no column is left", ("--drop", "a,b")),
            ("a,b\n1,2\n", "t.csv: --continuous: `a` is in --discrete too",
             ("--discrete", "a", "--continuous", "a")),
            ("a,b\n1,2\n", "t.csv: --prediction: `a` is in --drop too",
             ("--drop", "a", "--prediction", "a")),
            (",b\n0,2\n1,3\n", "t.csv: column 1 has no name: leave it out with --drop 0, or say "
             "what it is with --continuous 0 or --discrete 0", ()),
            ('{"a": 1}\n{"a": [1]}\n',
             "t.csv:2: column `a`: expected a number, a text, a boolean or null", ()),
        )
        for content, message, flags in rows:
            with self.subTest(message):
                path = self.file("t.csv", content)
                self.assert_refused(f"{self.folder}/{message}", path, *flags)
        self.assert_refused(f"{self.folder}/none.csv: No such file or directory",
                            self.folder / "none.csv")
        self.assert_refused(f"{self.folder}: no prediction log in this folder", self.folder)

    def test_a_bad_cell_is_found_in_its_file_and_line(self):
        first = self.file("a.csv", 'a,b\n1,"x\ny"\n2,z\n')
        second = self.file("b.csv", "a,b\n\n3,z\noops,z\n")

        refused = run("baseline", first, second)

        self.assertEqual(refused.returncode, 2)
        self.assertTrue(refused.stderr.startswith(
            f'boxkited: {second}:4: column 1 `a`: "oops" is not a number'), refused.stderr)

    # ---- Output ----

    def test_output_is_replaced_whole_or_not_at_all(self):
        good = self.file("good.csv", "a\n1\n2\n")
        bad = self.file("bad.csv", "a\n1\n2,3\n")
        output = self.file("histogram.prom", "what was there")

        self.assertEqual(run("baseline", bad, "-o", output).returncode, 2)
        self.assertEqual(output.read_text(), "what was there")
        self.make(good, "-o", output)
        self.assertEqual(output.read_text(), self.make(good))
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["bad.csv", "good.csv", "histogram.prom"])

        link = self.folder / "link.prom"
        link.symlink_to(output)
        output.write_text("old")
        self.make(good, "-o", link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(output.read_text(), self.make(good))
        self.assert_refused(f"{good}: is both input and output", good, "-o", good)
        self.assertEqual(good.read_text(), "a\n1\n2\n")

    def test_output_that_cannot_be_written_is_a_failure_of_the_work(self):
        table = self.file("t.csv", "a\n1\n2\n")

        failed = run("baseline", table, "-o", self.folder / "none" / "histogram.prom")
        full = run("baseline", table, "-o", "/dev/full")

        self.assertEqual((failed.returncode, failed.stderr),
                         (1, f"boxkited: {self.folder}/none/histogram.prom: "
                             "No such file or directory\n"))
        self.assertEqual((full.returncode, full.stderr),
                         (1, "boxkited: /dev/full: No space left on device\n"))

    def test_an_interrupt_leaves_nothing_behind(self):
        output = self.folder / "histogram.prom"
        process = subprocess.Popen([BINARY, "baseline", "-", "-o", output],
                                   stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env=surroundings(), preexec_fn=take_interrupts)
        process.stdin.write(b"a\n" + b"1\n" * 500_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), -signal.SIGINT)
        process.stdin.close()
        self.assertEqual(os.listdir(self.folder), [])

    def test_what_is_said_beside(self):
        table = self.file("t.csv", "a,prediction\n1,2\n3,4\n")
        other = self.file("other.csv", "a\n1\n")

        self.assertEqual(run("baseline", table).stderr,
                         "boxkited: 1 feature and predictions of 2 rows\n")
        self.assertEqual(run("baseline", other).stderr.splitlines(), [
            "boxkited: warning: no column is called `prediction`, and none is named by "
            "--prediction: the baseline has features only",
            "boxkited: 1 feature and no predictions of 1 row"])
        self.assertEqual(run("baseline", other, "--quiet").stderr, "")

    def test_progress_is_shown_on_a_terminal_unless_quiet(self):
        table = self.file("t.csv", "a,prediction\n1,2\n3,4\n")
        for flags, shown in (((), True), (("--quiet",), False)):
            with self.subTest(flags):
                ours, theirs = pty.openpty()
                process = subprocess.Popen([BINARY, "baseline", table, *flags], stderr=theirs,
                                           stdout=subprocess.DEVNULL, env=surroundings())
                os.close(theirs)
                said = b""
                try:
                    while part := os.read(ours, 4096):
                        said += part
                except OSError:  # How a terminal ends.
                    pass
                os.close(ours)
                self.assertEqual(process.wait(PATIENCE), 0)
                self.assertEqual(b"rows/s" in said, shown, said)
                if not shown:
                    self.assertEqual(said, b"")

    # ---- The daemon loads it ----

    def assert_every_feature_counts(self, daemon, events):
        metrics = parse_metrics(daemon.get("/metrics").text)
        counts = {}
        for (name, labels), value in metrics.items():
            keys = dict(labels)
            if name.endswith("_value_total"):
                counts[name[:-6]] = counts.get(name[:-6], 0) + value
            elif name.endswith("_value_bucket") and keys["le"] == "+Inf":
                counts[name[:-7]] = value
        baselines = {name.split("_baseline")[0] for name, _ in metrics if "_baseline" in name
                     and name.split("_baseline")[0].endswith("_value")}
        self.assertEqual(counts, dict.fromkeys(baselines, events))
        self.assertEqual(metrics.get(sample("boxkited_values_not_counted_total",
                                            reason="mismatch"), 0), 0)
        return len(counts)

    def test_a_table_becomes_a_baseline_in_which_every_feature_counts(self):
        for case in CASES:
            with self.subTest(case):
                output = self.folder / f"{case}.prom"
                self.make(GOLDEN / case / "train.csv", "-o", output)
                events = (GOLDEN / case / "events.ndjson").read_bytes().splitlines()
                with Daemon(baseline=output) as daemon:
                    answer = daemon.predict_lines(b"\n".join(events))
                    self.assertEqual(answer.json["accepted"], len(events))
                    self.assert_every_feature_counts(daemon, len(events))

    def test_a_prediction_log_becomes_the_next_baseline(self):
        events = [{"features": {"age": i * 0.7, "colour": "red green blue".split()[i % 3],
                                "sold": i % 2 == 0},
                   "output": i / 300, "metadata": {"n": i}} for i in range(300)]
        body = "\n".join(json.dumps(event) for event in events)
        output = self.folder / "next.prom"
        with Daemon() as daemon:
            self.assertEqual(daemon.predict_lines(body).json["accepted"], len(events))
            daemon.await_written(len(events))
            whole = self.make(daemon.log_directory, "-o", output)
            # A line that is still being written is no row yet.
            with open(daemon.log_files()[-1], "a") as log:
                log.write('{"prediction_id":"x","features":{"age":')
            self.assertEqual(self.make(daemon.log_directory), output.read_text())
            log_copy = shutil.copytree(daemon.log_directory, self.folder / "log")
        self.assertEqual(whole, "")
        self.assertEqual(self.make(log_copy), output.read_text())

        self.assertIn('feature_1_value_baseline_total{bin="red"} 100.0', output.read_text())
        self.assertIn('feature_2_value_baseline_total{bin="1.0"} 150.0', output.read_text())
        with Daemon(baseline=output) as daemon:
            self.assertEqual(daemon.predict_lines(body).json["accepted"], len(events))
            self.assertEqual(self.assert_every_feature_counts(daemon, len(events)), 4)
            self.assertEqual(daemon.get("/v1/baseline").text, output.read_text())

    def test_what_events_lack_is_said(self):
        events = self.file("events.ndjson", '{"features": [1, "a"], "output": 1}\n'
                                            '{"output": 2}\n{"features": [2, "b"]}\n')

        made = run("baseline", events)

        self.assertEqual(made.returncode, 0)
        self.assertEqual(made.stderr.splitlines(), [
            "boxkited: warning: 1 event without features left out",
            "boxkited: 2 features and predictions of 2 rows"])
        self.assertIn("Baseline values for feature: 1", made.stdout)


if __name__ == "__main__":
    unittest.main()
