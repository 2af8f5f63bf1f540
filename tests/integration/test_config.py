"""What starts, and what does not: command line, config file, environment, identity, baseline."""

import json
import pathlib
import re
import socket
import tempfile
import unittest

from faults.rows import row
from support.baselines import AGE, COLOUR, SMALL
from support.daemon import RUNS_ALL, Daemon, run
from support.drift import OFTEN, judged

NAME = "expected 1 to 100 letters, digits, '.', '_' or '-', and neither '.' nor '..'"

# A config file, and what is said of it behind its name.
BAD_FILES = [
    ('{"thread":1}', ": thread: no such option; did you mean threads?"),
    ('{"limits":{"bins_per_featur":1}}',
     ": limits.bins_per_featur: no such option; did you mean limits.bins_per_feature?"),
    ('{"shipping":{}}', ": shipping: no such option"),
    ('{"drift":{"windows":["10m","90"]}}', ": drift.windows[1]: expected a whole number from 1 s "
     'to 31 d and its unit s, m, h or d, as "10m", not "90"'),
    ('{"drift":{"windows":["32d"]}}', ": drift.windows[0]: expected a whole number from 1 s to 31 "
     'd and its unit s, m, h or d, as "10m", not "32d"'),
    ('{"drift":{"windows":["1h","60m"]}}', ": drift.windows[1]: as long as 1h"),
    ('{"drift":{"windows":["1s","2s","3s","4s","5s","6s","7s","8s","9s","10s","11s"]}}',
     ": drift.windows[10]: there are at most 10 windows"),
    ('{"drift":{"windows":"10m"}}',
     ': drift.windows: expected an array of windows, as "10m", not "10m"'),
    ('{"drift":{"statistic":"PSI"}}', ': drift.statistic: expected one of "ks", "kl", "psi", "js", '
     '"wasserstein", "chi_squared", "linf", not "PSI"'),
    ('{"drift":{"threshold":-1}}',
     ": drift.threshold: expected null or a number from 0 to 1000000000, not -1"),
    ('{"drift":{"alpha":2}}', ": drift.alpha: expected a number from 0 to 1, not 2"),
    ('{"drift":{"alpha":null}}', ": drift.alpha: expected a number from 0 to 1, not null"),
    ('{"drift":{"features":{"a.b":{"statistic":7}}}}', ": drift.features.a.b.statistic: expected "
     'null or one of "ks", "kl", "psi", "js", "wasserstein", "chi_squared", "linf", not 7'),
    ('{"drift":{"features":{"age":{"limit":7}}}}', ": drift.features.age.limit: no such key; a "
     "feature has statistic, threshold and ignore"),
    ('{"drift":{"state_directory":""}}',
     ': drift.state_directory: expected null or a path, not ""'),
    ('{"a\\nb":1}', ': "a\\nb": no such option'),
    ('{"limits":7}', ": limits: expected an object, not 7"),
    ('{"limits.json_depth":7}',
     ": limits.json_depth: a key has no dots; the options of a section are an object"),
    ('{"threads":0}', ": threads: expected a whole number from 1 to 256, not 0"),
    ('{"threads":"1"}', ': threads: expected a whole number from 1 to 256, not "1"'),
    ('{"threads":1.5}', ": threads: expected a whole number from 1 to 256, not 1.5"),
    ('{"threads":1,"threads":2}', ": threads: this key is there twice"),
    ('{"prediction_log":{"partition_minutes":7}}',
     ": prediction_log.partition_minutes: expected a whole number from 1 to 1440 that divides 1440,"
     " not 7"),
    ('{"prediction_log":{"ack":"soon"}}',
     ': prediction_log.ack: expected one of "queued", "written", "synced", not "soon"'),
    ('{"prediction_log":{"ack":"synced","sync":"never"}}',
     ': prediction_log.ack: "synced" cannot be kept while prediction_log.sync is "never"'),
    ('{"listeners":[]}', ": listeners: expected an array of one listener or more, not []"),
    ('{"listeners":[{}]}',
     ": listeners[0]: expected exactly one of http, http_unix and ndjson_unix, not 0"),
    ('{"listeners":[{"http":"127.0.0.1:0"},{"http":"x"}]}',
     ": listeners[1].http: expected a numeric address and a port, as 127.0.0.1:9810 or "
     '[::1]:9810, not "x"'),
    ('{"listeners":[{"http":"127.0.0.1:0","serves":["all"]}]}',
     ': listeners[0].serves: expected an array of "predictions", "metrics" and "admin", '
     'not ["all"]'),
    ('{"listeners":[{"http":"127.0.0.1:0","mode":"0660"}]}',
     ": listeners[0].mode: only the socket of http_unix or ndjson_unix has a mode"),
    ('{"listeners":[{"http_unix":"/x","mode":"9"}]}',
     ': listeners[0].mode: expected an octal file mode as "0660", not "9"'),
    ('{"identity":{"endpoint_id":"a/b"}}', f': identity.endpoint_id: {NAME}, not "a/b"'),
    ('{"log":{"level":"loud"}}',
     ': log.level: expected one of "debug", "info", "warning", "error", "off", not "loud"'),
    ("[]", ": expected an object, not []"),
    ('{"threads":1', ":1:13: not JSON: unexpected end of input; expected '}'"),
    ('{\n  "threads": 1,\n}', ":3:1: not JSON: "),
]


class Checked(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boxkited-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "boxkited.json"
        self.baseline = self.folder / "histogram.prom"

    def config(self, value):
        self.file.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
        return self.file

    def assert_refused(self, ended, code, said):
        self.assertEqual(ended.returncode, code, ended.stderr)
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        self.assertTrue(ended.stderr.startswith(f"boxkited: {said}"), ended.stderr)

    def checked(self, *arguments, environment=None):
        """The config that `check` prints, which must be good."""
        ended = run("check", *arguments, environment=environment)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout)


class Files(Checked):
    def test_a_bad_file_stops_the_start_with_one_line_that_names_the_key(self):
        for text, said in BAD_FILES:
            for command in ("serve", "check") if RUNS_ALL else ("serve",):
                with self.subTest(text, command=command):
                    ended = run(command, "--config", self.config(text), "--no-baseline")
                    self.assert_refused(ended, 2, f"{self.file}{said}")

    def test_a_file_that_cannot_be_read(self):
        for path, reason in ((self.folder / "none", "No such file or directory"),
                             (self.folder, "not a regular file"),
                             ("/dev/zero", "not a regular file")):
            with self.subTest(path):
                self.assert_refused(run("serve", "--config", path), 2, f"{path}: {reason}")

    def test_what_check_prints_loads_back_to_the_same(self):
        first = self.checked("--no-baseline", "--threads", "3", "--log-format", "json",
                             environment={"BOXKITED_LIMITS_JSON_DEPTH": "64",
                                          "BOXKITE_LOGGER_ID": "somebody",
                                          "BOXKITED_ADMIN_HOSTS": '["a.example"]'})
        self.assertEqual((first["threads"], first["limits"]["json_depth"],
                          first["identity"]["logger_id"], first["admin_hosts"]),
                         (3, 64, "somebody", ["a.example"]))
        self.assertEqual(self.checked("--config", self.config(first)), first)

    def test_the_shipped_file_is_the_default(self):
        shipped = pathlib.Path(__file__).resolve().parents[2] / "config" / "boxkited.json"
        self.assertEqual(self.checked("--no-baseline", "--config", shipped),
                         self.checked("--no-baseline"))

    def test_comments_are_allowed(self):
        text = '// One.\n{"threads": /* two */ 2}'
        self.assertEqual(self.checked("--no-baseline", "--config", self.config(text))["threads"], 2)


class Precedence(Checked):
    def test_flags_beat_the_environment_that_beats_the_file_that_beats_the_default(self):
        base = ["--no-baseline"]
        self.assertEqual(self.checked(*base)["threads"], 1)
        base += ["--config", self.config({"threads": 2})]
        self.assertEqual(self.checked(*base)["threads"], 2)
        environment = {"BOXKITED_THREADS": "3"}
        self.assertEqual(self.checked(*base, environment=environment)["threads"], 3)
        self.assertEqual(self.checked(*base, "--threads", "4", environment=environment)["threads"],
                         4)

    def test_a_variable_names_the_file(self):
        environment = {"BOXKITED_CONFIG": str(self.config({"threads": 2}))}
        self.assertEqual(self.checked("--no-baseline", environment=environment)["threads"], 2)

    def test_flags_of_listeners_replace_those_of_the_file(self):
        file = self.config({"listeners": [{"http": "127.0.0.1:1"}]})
        listeners = self.checked("--no-baseline", "--config", file, "--listen", "[::1]:2",
                                 "--unix", "/a", "--ndjson-unix", "/b",
                                 "--listen", "127.0.0.1:3")["listeners"]
        addresses = [each.get("http") or each.get("http_unix") or each.get("ndjson_unix")
                     for each in listeners]
        self.assertEqual(sorted(addresses), ["/a", "/b", "127.0.0.1:3", "[::1]:2"])

    def test_bad_variables_and_flags_are_named(self):
        rows = [
            ({"BOXKITED_THREADS": "x"}, [], "BOXKITED_THREADS: expected a whole number"),
            ({"BOXKITED_LISTENERS": "x"}, [], "BOXKITED_LISTENERS: expected an array"),
            ({"BOXKITED_NO_BASELINE": "yes"}, [], "BOXKITED_NO_BASELINE: expected true or false"),
            ({"BOXKITED_PREDICTION_LOG_DIRECTORY": ""}, [],
             "BOXKITED_PREDICTION_LOG_DIRECTORY: expected a path"),
            ({}, ["--threads", "0"], "--threads: expected a whole number from 1 to 256, not 0"),
            ({}, ["--listen", "x"], "--listen: expected a numeric address"),
            ({}, ["--log-level", "x"], "--log-level: expected one of"),
            ({}, ["--nope"], "The following argument was not expected: --nope"),
            ({}, ["fly"], "The following argument was not expected: fly"),
            ({}, ["--no-log", "--log-dir", "x"], "--no-log excludes --log-dir"),
        ]
        for environment, arguments, said in rows:
            with self.subTest(said):
                ended = run("serve", *arguments, environment=environment)
                self.assert_refused(ended, 2, said)

    def test_unknown_variables_are_warned_of(self):
        environment = {"BOXKITED_THREAD": "1", "BOXKITED_XYZ": "1", "BOXKITED_PORT": "tcp://x",
                       "BOXKITED_PORT_9810_TCP": "x", "BOXKITED_SERVICE_HOST": "y"}
        with Daemon(environment=environment) as daemon:
            warned = [line for line in daemon.lines if "level=warning" in line]
        self.assertEqual([re.findall(r"BOXKITED_\w+", line) for line in warned],
                         [["BOXKITED_THREAD", "BOXKITED_THREADS"], ["BOXKITED_XYZ"]])


class Identity(Checked):
    VARIABLES = ["BOXKITED_IDENTITY_ENDPOINT_ID", "BOXKITE_ENDPOINT_ID", "BEDROCK_ENDPOINT_ID",
                 "BOXKITE_LOGGER_ID", "BEDROCK_LOGGER_ID", "BOXKITE_REPLICA_ID",
                 "BEDROCK_POD_NAME", "POD_NAME", "BOXKITE_SERVER_ID", "BEDROCK_SERVER_ID"]

    def identity(self, environment=None, arguments=()):
        return self.checked("--no-baseline", *arguments, environment=environment)["identity"]

    def test_without_any_the_host_is_the_replica(self):
        self.assertEqual(self.identity(), {
            "endpoint_id": "unknown-endpoint", "logger_id": "unknown-logger",
            "replica_id": socket.gethostname(), "server_id": "unknown-server"})

    def test_the_names_come_in_their_order(self):
        rows = {
            "endpoint_id": ["BOXKITED_IDENTITY_ENDPOINT_ID", "BOXKITE_ENDPOINT_ID",
                            "BEDROCK_ENDPOINT_ID"],
            "logger_id": ["BOXKITED_IDENTITY_LOGGER_ID", "BOXKITE_LOGGER_ID", "BEDROCK_LOGGER_ID"],
            "replica_id": ["BOXKITED_IDENTITY_REPLICA_ID", "BOXKITE_REPLICA_ID",
                           "BEDROCK_POD_NAME", "POD_NAME"],
            "server_id": ["BOXKITED_IDENTITY_SERVER_ID", "BOXKITE_SERVER_ID", "BEDROCK_SERVER_ID"],
        }
        for key, names in rows.items():
            for first in range(len(names)):
                environment = {name: f"from.{name}" for name in names[first:]}
                self.assertEqual(self.identity(environment)[key], f"from.{names[first]}")

    def test_the_file_comes_behind_variables_and_before_the_pod(self):
        arguments = ["--config", self.config({"identity": {"replica_id": "from-file"}})]
        self.assertEqual(self.identity({"POD_NAME": "pod"}, arguments)["replica_id"], "from-file")
        self.assertEqual(self.identity({"BEDROCK_POD_NAME": "pod"}, arguments)["replica_id"], "pod")

    @row(38, "identity that leaves the folder",
         "paths, empty, long, newline",
         "the start is refused, the variable named")
    def test_one_that_would_leave_the_folder_stops_the_start(self):
        for name in self.VARIABLES:
            for value in ("../../etc", "/abs", "a/b", "", ".", "..", "x" * 101, "x" * 300, "a\nb",
                          "a b", "é", "a\\b", "a:b"):
                with self.subTest(name, value=value):
                    ended = run("check", "--no-baseline", environment={name: value})
                    self.assert_refused(ended, 2, f"{name}: {NAME}, not ")

    @row(38, "a start with such an identity",
         "in a variable and in the config, with a folder for the log",
         "the start is refused, nothing is made")
    def test_nothing_is_made_by_a_start_that_is_refused(self):
        log = self.folder / "log"
        arguments = ("serve", "--no-baseline", "--listen", "127.0.0.1:0", "--log-dir", log)
        for value in ("../../etc", ""):
            with self.subTest(value=value):
                ended = run(*arguments, environment={"BOXKITE_REPLICA_ID": value})
                self.assert_refused(ended, 2, f"BOXKITE_REPLICA_ID: {NAME}, not ")
                config = self.config({"identity": {"replica_id": value}})
                ended = run(*arguments, "--config", config)
                self.assert_refused(ended, 2, f"{config}: identity.replica_id: {NAME}, not ")
        self.assertEqual(list(self.folder.iterdir()), [self.file])

    def test_all_that_is_allowed_is_taken(self):
        for value in ("x" * 100, "A.b_c-9", "...", "-", "a..b"):
            self.assertEqual(self.identity({"BOXKITE_ENDPOINT_ID": value})["endpoint_id"], value)


class Baselines(Checked):
    def rows(self):
        """A bad baseline, its line, and the reason."""
        feature = "feature_0_value_baseline"
        infinite = feature + '_bucket{le="+Inf"} 3.0\n'
        yield AGE.replace(infinite, ""), 4, f"{feature} has no +Inf bucket"
        yield AGE.replace('"10.0"', '"-1.0"'), 4, f"bounds of {feature} do not increase"
        yield AGE.replace('"10.0"', '"0.0"'), 4, f'bucket "0.0" of {feature} stands twice'
        yield AGE.replace('"10.0"', '"NaN"'), 4, f'bound "NaN" of {feature} is not a number'
        yield AGE.replace("} 2.0", "} 0.5"), 4, f'counts of {feature} fall at bucket "10.0"'
        yield AGE.replace("} 2.0", "} x"), 4, f'value "x" of {feature}_bucket is not a number'
        yield AGE.replace('le="10.0"', "le=10.0"), 4, 'the value of label "le" must stand in quotes'
        yield AGE + AGE, 8, f"{feature} has two HELP lines"
        yield AGE.replace("histogram", "gauge"), 2, (f'type of {feature} is "gauge", it must be '
                                                     "histogram or counter")
        yield AGE.replace("feature_0", "feature_x"), 1, (
            '"feature_x_value_baseline" is neither feature_<index>_value_baseline nor '
            "inference_value_baseline")
        yield COLOUR.replace("nan", "red"), 4, 'bin "red" of feature_1_value_baseline stands twice'
        yield COLOUR.replace("1.0", "-1.0"), 3, ("a count of feature_1_value_baseline_total is "
                                                 "negative")
        yield "<html>\n", 1, "a metric name is expected"
        yield "\x7fELF\0\0", 1, "a NUL byte; this is not text"
        yield AGE.encode() + b"# \xff\n", 8, "not valid UTF-8"

    @row(43, "bad baseline",
         "15 files",
         "refused with line and reason")
    def test_a_bad_one_is_refused_with_its_line(self):
        for content, line, reason in self.rows():
            with self.subTest(reason):
                content = content if isinstance(content, bytes) else content.encode()
                self.baseline.write_bytes(content)
                for command in ("serve", "check"):
                    ended = run(command, "--baseline", self.baseline)
                    self.assert_refused(ended, 2, f"{self.baseline}:{line}: {reason}")

    @row(43, "a million lines",
         "comments alone",
         "refused")
    def test_one_without_families_is_refused(self):
        for content in ("", "# a comment\n" * 1_000_000, "# TYPE x counter\nx_total 1\n"):
            self.baseline.write_text(content)
            self.assert_refused(run("serve", "--baseline", self.baseline), 2,
                                f"{self.baseline}: no family that ends in _baseline")

    def test_one_that_is_no_file_is_refused(self):
        for path, reason in ((self.folder / "none", "No such file or directory"),
                             (self.folder, "is a directory"),
                             ("/dev/zero", "is not a regular file")):
            self.assert_refused(run("serve", "--baseline", path), 2, f"{path}: {reason}")

    @row(43, "no baseline",
         "none where it is looked for; `no_baseline`",
         "refused, or runs without by the explicit flag")
    def test_none_is_refused_unless_asked_for(self):
        self.assert_refused(run("serve"), 2, "/artefact/histogram.prom: No such file or directory")
        with Daemon() as daemon:
            self.assertEqual(daemon.predict({"features": [1], "output": 2}).status, 202)
            self.assertNotIn("feature_", daemon.get("/metrics").text)
            self.assertEqual(daemon.get("/v1/baseline").status, 404)
            self.assertIsNone(daemon.get("/v1/status").json["baseline"])

    @row(43, "CRLF, no last newline",
         "a good baseline with each",
         "read as without")
    def test_crlf_and_a_missing_last_newline_do_no_harm(self):
        def counted(baseline):
            with Daemon(baseline=baseline, config=OFTEN) as daemon:
                daemon.predict({"features": [1, "red", 2], "output": 0.5})
                judged(daemon)
                return daemon.metrics()

        expected = counted(SMALL)
        for content in (SMALL.replace("\n", "\r\n"), SMALL[:-1]):
            metrics = counted(content)
            self.assertEqual(*({key: value for key, value in each.items()
                                if not key[0].startswith(("boxkited_", "process_"))}
                               for each in (metrics, expected)))

    @row(43, "a million lines, the last of them bad",
         "a million bins and one of them again",
         "refused with its line; without it taken")
    def test_a_million_lines_are_read_to_the_last(self):
        count = 1_000_000
        name = "feature_0_value_baseline_total"
        good = (f"# HELP {name} Baseline values for feature: id\n# TYPE {name} counter\n" +
                "".join(f'{name}{{bin="{i}"}} 1.0\n' for i in range(count)))
        for content, code, said in (
                (good + f'{name}{{bin="7"}} 1.0\n', 2,
                 f'boxkited: {self.baseline}:{count + 3}: bin "7" of feature_0_value_baseline '
                 "stands twice\n"),
                (good, 0,
                 f"boxkited: config is good; {self.baseline} is good: 1 variables\n")):
            self.baseline.write_text(content, "utf-8")
            ended = run("check", "--baseline", self.baseline)
            self.assertEqual((ended.returncode, ended.stderr), (code, said))

    @row(43, "bad baseline at a reload",
         "the same files over a good one",
         "500 with line and reason; the old one goes on counting")
    def test_a_bad_one_changes_nothing_at_a_reload(self):
        with Daemon(baseline=SMALL) as daemon:
            for number, (content, line, reason) in enumerate(self.rows(), 1):
                with self.subTest(reason):
                    content = content if isinstance(content, bytes) else content.encode()
                    daemon.baseline_file.write_bytes(content)
                    answer = daemon.post("/-/reload")
                    self.assertEqual(answer.status, 500)
                    self.assertIn(f"{daemon.baseline_file}:{line}: {reason}", answer.json["error"])
                    self.assertEqual(daemon.predict({"features": [1]}).status, 202)
                    self.assertEqual(daemon.metric("feature_0_value_count"), number)

    def test_the_loaded_one_can_be_loaded_again(self):
        with Daemon(baseline=SMALL) as daemon:
            text = daemon.get("/v1/baseline").text
            with Daemon(baseline=text) as other:
                self.assertEqual(other.get("/v1/baseline").text, text)


class Commands(unittest.TestCase):
    def test_version_and_help(self):
        version = run("--version")
        self.assertEqual((version.returncode, version.stderr), (0, ""))
        self.assertRegex(version.stdout, r"^boxkited \d+\.\d+\.\d+\n$")
        for arguments in (["--help"], ["-h"], ["serve", "--help"]):
            shown = run(*arguments)
            self.assertEqual((shown.returncode, shown.stderr), (0, ""))
            for each in ("serve", "check", "health", "--config", "--listen", "--unix",
                         "--ndjson-unix", "--baseline", "--no-baseline", "--log-dir", "--no-log",
                         "--threads", "--log-level"):
                self.assertIn(each, shown.stdout)

    def test_health_asks_the_daemon(self):
        with Daemon() as daemon:
            address = f"127.0.0.1:{daemon.port}"
            self.assertEqual(run("health", "--listen", address).returncode, 0)
            self.assertEqual(run("health", "--unix", daemon.http_socket).returncode, 0)
            self.assertEqual(run("health", "--ndjson-unix", daemon.events_socket).returncode, 2)
            self.assertEqual(daemon.stop(), 0)
            for flag, where in (("--listen", address), ("--unix", daemon.http_socket)):
                ended = run("health", flag, where)
                self.assertEqual((ended.returncode, ended.stderr),
                                 (1, f"boxkited: {where}: no answer\n"))


if __name__ == "__main__":
    unittest.main()
