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

    def test_the_number_of_bounds_can_be_said(self):
        values = random.Random(0)
        table = self.file("t.csv", "x\n" + "".join(
            f"{values.expovariate(1)!r}\n" for _ in range(2000)))

        bounds = {most: self.make(table, "--max-bins", most).count("_bucket{") - 1
                  for most in (2, 10, 50)}

        # One more for values far out on the one side that has any.
        self.assertEqual(bounds, {2: 3, 10: 11, 50: 51})
        self.assertEqual(self.make(table, "--max-bins", 50), self.make(table))

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

    def test_output_is_written_where_links_lead(self):
        table = self.file("t.csv", "a\n1\n2\n")
        expected = self.make(table)
        (self.folder / "there").mkdir()
        links = self.folder / "links"
        links.mkdir()
        (links / "first").symlink_to("second")
        (links / "second").symlink_to("../there/new.prom")

        for _ in ("no file is there", "a file is there"):
            self.make(table, "-o", links / "first")
            self.assertEqual((self.folder / "there" / "new.prom").read_text(), expected)
            self.assertEqual(os.readlink(links / "first"), "second")
            self.assertEqual(os.readlink(links / "second"), "../there/new.prom")
        self.assertEqual(os.listdir(self.folder / "there"), ["new.prom"])

        (links / "round").symlink_to("round")
        failed = run("baseline", table, "-o", links / "round")
        self.assertEqual((failed.returncode, failed.stderr),
                         (1, f"boxkited: {links}/round: "
                             "Too many levels of symbolic links\n"))

    def test_output_may_be_a_pipe_or_standard_output(self):
        table = self.file("t.csv", "a\n1\n2\n")
        expected = self.make(table)

        self.assertEqual(self.make(table, "-o", "-"), expected)
        self.assertEqual(self.make(table, "-o", "/dev/stdout"), expected)

        reader, writer = os.pipe()
        done = subprocess.run([BINARY, "baseline", table, "--quiet", "-o", f"/dev/fd/{writer}"],
                              pass_fds=[writer], env=surroundings(), timeout=PATIENCE)
        os.close(writer)
        with open(reader, encoding="utf-8") as pipe_end:
            self.assertEqual((done.returncode, pipe_end.read()), (0, expected))

        named = self.folder / "pipe"
        os.mkfifo(named)
        process = subprocess.Popen([BINARY, "baseline", table, "--quiet", "-o", named],
                                   env=surroundings())
        self.assertEqual(named.read_text(), expected)
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertTrue(named.is_fifo())

        log = self.file("log", "before\n")
        with open(log, "a", encoding="utf-8") as end:
            subprocess.run([BINARY, "baseline", table, "--quiet", "-o", "/dev/stdout"],
                           stdout=end, env=surroundings(), timeout=PATIENCE, check=True)
        self.assertEqual(log.read_text(), "before\n" + expected)

    def test_output_keeps_its_mode_and_passes_over_what_was_left_behind(self):
        table = self.file("t.csv", "a\n1\n2\n")
        output = self.file("histogram.prom", "old")
        output.chmod(0o640)

        self.make(table, "-o", output)

        self.assertEqual((output.read_text(), output.stat().st_mode & 0o7777),
                         (self.make(table), 0o640))

        # The shell's process is that of the command: its temporary file is there before.
        left = subprocess.run(
            ["sh", "-c", 'echo left > "$2.new-$$"; exec "$0" baseline "$1" --quiet -o "$2"',
             BINARY, table, output], env=surroundings(), timeout=PATIENCE)
        self.assertEqual(left.returncode, 0)
        self.assertEqual(len(os.listdir(self.folder)), 3)

    def test_output_is_no_input(self):
        first = self.file("a.csv", "a\n1\n")
        link = self.folder / "link"
        link.symlink_to(first)
        event = '{"features":{"a":1},"output":1}\n'
        logged = self.file("log/2024-05-01/1300_logger-0.txt", event)
        other = self.file("b.csv", "a\n1\n")

        self.assert_refused(f"{link}: is both input and output", other, link, "-o", first)
        self.assert_refused(f"{logged}: is both input and output", self.folder / "log",
                            "-o", logged)
        with open(first, "rb") as table:
            refused = subprocess.run([BINARY, "baseline", "-", "-o", first], stdin=table,
                                     capture_output=True, env=surroundings(), timeout=PATIENCE)
        self.assertEqual((refused.returncode, refused.stderr),
                         (2, b"boxkited: -: is both input and output\n"))
        self.assertEqual((first.read_text(), logged.read_text()), ("a\n1\n", event))

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

    def test_features_of_odd_names_count(self):
        names = ["age ", "a\t", " ", "a", "a ", " a", 'q"', "b\\", "b\\n", "line\nend", "é",
                 "\U0001f600", "x,y", "{x}", "# HELP", "=", "'", "Baseline values for feature: a"]
        rows = [{name: i * 0.37 if j % 2 else "red green".split()[i % 2]
                 for j, name in enumerate(names)} | {"prediction": i % 2} for i in range(100)]
        table = self.file("rows.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        events = [{"features": {name: row[name] for name in names}, "output": row["prediction"]}
                  for row in rows]
        output = self.folder / "histogram.prom"
        self.make(table, "-o", output)

        with Daemon(baseline=output) as daemon:
            answer = daemon.predict_lines("\n".join(map(json.dumps, events)))
            self.assertEqual(answer.json["accepted"], len(events))
            self.assertEqual(self.assert_every_feature_counts(daemon, len(events)),
                             len(names) + 1)

    def assert_same_bins(self, daemon):
        metrics = parse_metrics(daemon.get("/metrics").text)
        trained = {(name.replace("_baseline", ""), labels): value
                   for (name, labels), value in metrics.items() if "_value_baseline_" in name}
        live = {(name, labels): metrics.get((name, labels)) for name, labels in trained}
        self.assertEqual({key: value for key, value in live.items() if not key[0].endswith("_sum")},
                         {key: value for key, value in trained.items()
                          if not key[0].endswith("_sum")})
        bins = {key for key in metrics if key[0].endswith(("_value_total", "_value_bucket"))}
        self.assertEqual(bins, {key for key in trained if key[0].endswith(("_total", "_bucket"))})

    def test_traffic_meets_the_bins_of_its_own_baseline(self):
        texts = ["NA", "null", "", "true", "nan", "NaN", "7", " ", "red", "red", None]
        slips = ["oops", "", "true", "nan", "0.5", " 7 ", None, True]
        events = [{"features": {
            "text": texts[i % len(texts)],
            "mixed": [1, "1", "u", "v", "w", "x", "y", "z", -0.0, 0.0, False][i % 11],
            "slips": [1, 0, "oops", True, "1", "", 2, None, 1.0][i % 9],
            "zero": [0.0, -0.0, 1, "0", "-0.0", "nan", None, True][i % 8],
            "number": slips[i // 16 % len(slips)] if i % 16 == 0 else i * 0.37},
            "output": [0.0, 1.0][i % 2]} for i in range(396)]
        body = "\n".join(map(json.dumps, events))
        log = self.file("events.ndjson", body)
        output = self.folder / "histogram.prom"

        made = run("baseline", log, "-o", output)

        self.assertEqual((made.returncode, made.stderr), (
            0, "boxkited: warning: column `number`: 10 texts count as missing among its numbers\n"
               "boxkited: 5 features and predictions of 396 rows\n"))
        with Daemon(baseline=output) as daemon:
            self.assertEqual(daemon.predict_lines(body).json["accepted"], len(events))
            self.assert_same_bins(daemon)

    def test_codes_of_a_text_column_meet_live_numbers(self):
        table = self.file("t.csv", "code\n" + "A\nB\nC\nD\n1\n02\n")
        output = self.folder / "histogram.prom"
        self.make(table, "-o", output)

        with Daemon(baseline=output) as daemon:
            daemon.predict_lines("\n".join(json.dumps({"features": {"code": code}})
                                           for code in ("A", 1, "1", 1.0, 2, "02")))
            metrics = parse_metrics(daemon.get("/metrics").text)

        bins = {code: metrics[sample("feature_0_value_total", bin=code)]
                for code in ("A", "B", "C", "D", "1", "02")}
        self.assertEqual(bins, {"A": 1, "B": 0, "C": 0, "D": 0, "1": 3, "02": 2})
        self.assertNotIn(sample("feature_0_value_total", bin="1.0"), metrics)

    def test_a_stray_text_is_an_error_but_in_events(self):
        table = self.file("t.csv", "a\n1\n2\nx\n")
        objects = self.file("t.ndjson", '{"a":1}\n{"a":2}\n{"a":"x"}\n')
        events = self.file("events.ndjson", '{"features":[1]}\n{"features":[2]}\n'
                                            '{"features":["x"]}\n')
        texts = self.file("texts.ndjson", '{"features":["x"]}\n{"features":["y"]}\n'
                                          '{"features":[3]}\n')

        for path in (table, objects):
            refused = run("baseline", path)
            self.assertEqual(refused.returncode, 2)
            self.assertIn('"x" is not a number', refused.stderr)
        self.assertIn('bin="x"} 1.0', self.make(events))
        self.assertIn('le="+Inf"} 3.0', self.make(texts, "--continuous", "0"))

    def test_texts_without_a_bin_are_said(self):
        table = self.file("t.csv", "word,prediction\n" + "".join(
            f"word{i},{i % 2}\n" for i in range(1003)))

        self.assertEqual(run("baseline", table).stderr.splitlines(), [
            "boxkited: column `word`: 3 texts in __other__, without a bin of their own",
            "boxkited: 1 feature and predictions of 1003 rows"])

    def test_what_events_lack_is_said(self):
        events = self.file("events.ndjson", '{"features": [1, "a"], "output": 1}\n'
                                            '{"output": 2}\n{"features": [2, "b"]}\n')

        made = run("baseline", events)

        self.assertEqual(made.returncode, 0)
        self.assertEqual(made.stderr.splitlines(), [
            "boxkited: warning: 1 event without features left out",
            "boxkited: 2 features and predictions of 2 rows"])
        self.assertIn("Baseline values for feature: 1", made.stdout)

    def test_a_log_that_begins_before_all_its_columns_keeps_them(self):
        folder = self.folder / "log" / "2024-05-01"
        self.file("log/2024-05-01/0000_l-r.txt", '{"features":{"a":1},"output":null}\n')
        self.file("log/2024-05-01/0100_l-r.txt", "".join(
            json.dumps({"features": {"a": i, "b": i % 2}, "output": i % 3}) + "\n"
            for i in range(1000)))

        made = run("baseline", folder)

        self.assertEqual((made.returncode, made.stderr),
                         (0, "boxkited: 2 features and predictions of 1001 rows\n"))
        self.assertIn('feature_1_value_baseline_total{bin="nan"} 1.0', made.stdout)
        self.assertIn('inference_value_baseline_total{bin="0.0"} 334.0', made.stdout)

    def test_events_without_an_output_give_features_only(self):
        events = self.file("events.ndjson", '{"features": [1]}\n{"features": [2]}\n')

        made = run("baseline", events)

        self.assertEqual(made.returncode, 0)
        self.assertEqual(made.stderr.splitlines(), [
            "boxkited: warning: no event has an output: the baseline has features only",
            "boxkited: 1 feature and no predictions of 2 rows"])
        self.assertNotIn("inference_value", made.stdout)
        self.assert_refused(f"{events}: no event has an output, and no feature is left",
                            events, "--drop", "0")

    def test_a_feature_may_be_called_output(self):
        events = self.file("events.ndjson", "".join(
            json.dumps({"features": {"output": i % 2}, "output": "yes"}) + "\n"
            for i in range(10)))

        made = self.make(events)

        self.assertEqual(self.make(events, "--prediction", "output"), made)
        self.assertIn('feature_0_value_baseline_total{bin="1.0"} 5.0', made)
        self.assertIn('inference_value_baseline_total{bin="yes"} 10.0', made)


if __name__ == "__main__":
    unittest.main()
