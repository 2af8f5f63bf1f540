"""What the documents show is what the daemon does: routes, schemas, snippets, commands.

Getting started is run in tests/end-to-end, with the Prometheus that it needs.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from support.daemon import PATIENCE, ROOT, Daemon, surroundings
from support.documents import PORT, fences, masked, session
from support.drift import OFTEN, judged, verdicts
from support.needs import may_need, need
from support.schema import mismatch

DOCS = ROOT / "docs"
DEMO = ROOT / "config" / "demo"
EVENT = '{"features":[0.01],"output":104.1}'
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")


def demo(**options):
    return Daemon(baseline=DEMO / "histogram.prom", **options)


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = json.loads((DOCS / "openapi.json").read_text("utf-8"))

    def operations(self):
        return {(method.upper(), path): operation
                for path, item in self.document["paths"].items()
                for method, operation in item.items() if method.upper() in METHODS}

    def test_the_routes_are_those_of_the_daemon(self):
        documented = self.operations()
        with demo() as daemon:
            for path in self.document["paths"]:
                for method in METHODS:
                    with self.subTest(f"{method} {path}"):
                        answer = daemon.request(method, path, EVENT if method == "POST" else None)
                        if (method, path) in documented:
                            self.assertNotIn(answer.status, (404, 405))
                            self.assertIn(str(answer.status), documented[method, path]["responses"])
                        else:
                            self.assertEqual(answer.status, 405)
            measured = {dict(labels).get("route") for (name, labels) in daemon.metrics()
                        if name == "boxkited_request_duration_seconds_count"}
            self.assertEqual(measured - {"none"}, set(self.document["paths"]))

    def assert_fits(self, method, path, answer):
        responses = self.operations()[method, path]["responses"]
        response = responses.get(str(answer.status), responses["default"])
        if "$ref" in response:
            response = self.document["components"]["responses"][response["$ref"].split("/")[-1]]
        (content_type, content), = response["content"].items()
        self.assertEqual(answer.headers["Content-Type"], content_type)
        self.assertIsNone(mismatch(answer.json, content["schema"], self.document))

    def test_answers_fit_their_schemas(self):
        many = "[" + ",".join(["{}"] * 150) + "]"
        posts = [EVENT, f"[{EVENT},7]", "{}", "[]", many, "nope"]
        gets = ["/livez", "/readyz", "/healthz", "/v1/status"]
        for config in ({}, {"prediction_log": {"enabled": False}}):
            for make in (demo, Daemon):
                with make(config=config) as daemon:
                    for body in posts:
                        for query in ("", "?ids=true"):
                            answer = daemon.post("/v1/predictions" + query, body)
                            self.assert_fits("POST", "/v1/predictions", answer)
                    for path in gets:
                        self.assert_fits("GET", path, daemon.get(path))
                    self.assert_fits("GET", "/v1/status",
                                     daemon.get("/v1/status", {"Host": "evil.example"}))
                    self.assert_fits("POST", "/-/reload", daemon.post("/-/reload"))
                    daemon.config["threads"] = 2
                    daemon.write_config()
                    self.assert_fits("POST", "/-/reload", daemon.post("/-/reload"))
                    daemon.config_file.write_text("bad")
                    self.assert_fits("POST", "/-/reload", daemon.post("/-/reload"))
                    self.assert_fits("GET", "/v1/status", daemon.get("/v1/status"))

    def test_what_drift_answers_fits_its_schema_and_so_does_the_example(self):
        schemas = self.document["components"]["schemas"]
        schema = schemas["Drift"]
        examples = [json.loads(example) for _, example in fences("docs/http-api.md", "json")]
        drift, distributions, history = examples
        self.assertIsNone(mismatch(drift, schema, self.document))
        self.assertIsNone(mismatch(distributions, schemas["Distributions"], self.document))
        self.assertIsNone(mismatch(history, schemas["History"], self.document))
        with demo(config=OFTEN) as daemon:
            self.assert_fits("GET", "/v1/drift", daemon.get("/v1/drift"))
            daemon.predict_lines((DEMO / "events.ndjson").read_text("utf-8"))
            document = judged(daemon)
            self.assertIsNone(mismatch(document, schema, self.document))
            self.assertIn("drifted", verdicts(document).values())
            self.assert_fits("GET", "/v1/drift/distributions",
                             daemon.get("/v1/drift/distributions?window=all"))
            self.assert_fits("GET", "/v1/drift/history",
                             daemon.get("/v1/drift/history?metric_name=feature_1_value"))
            for path in ("/v1/drift/distributions?window=7m", "/v1/drift/history?metric_name=x"):
                self.assertEqual(daemon.get(path).status, 404)
                self.assert_fits("GET", path.split("?")[0], daemon.get(path))
        with Daemon() as daemon:
            for path in ("/v1/drift", "/v1/drift/distributions",
                         "/v1/drift/history?metric_name=feature_0_value"):
                self.assert_fits("GET", path.split("?")[0], daemon.get(path))

    def test_every_refusal_of_an_event_is_documented(self):
        page = (DOCS / "http-api.md").read_text("utf-8")
        documented = set(re.findall(r"^\| `(\w+)` \| (?:\d|–)", page, re.M))
        with Daemon() as daemon:
            results = {dict(labels)["result"] for (name, labels) in daemon.metrics()
                       if name == "boxkited_events_total"}
        self.assertEqual(results - {"accepted"}, documented)


class Snippets(unittest.TestCase):
    """The clients of docs/moving-from-boxkite.md."""

    def snippet(self, language):
        (_, code), = fences("docs/moving-from-boxkite.md", language)
        self.assertLessEqual(len(code.splitlines()), 15)
        return code

    def run_snippet(self, *command, patience=PATIENCE):
        with demo() as daemon:
            environment = surroundings(BOXKITED_URL=f"http://127.0.0.1:{daemon.port}",
                                       HOME=str(daemon.folder))  # Go keeps what it compiles there.
            ended = subprocess.run(command, capture_output=True, text=True, env=environment,
                                   timeout=patience)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            daemon.await_written(1)
            self.assertEqual([line["prediction_id"] for line in daemon.logged()],
                             [ended.stdout.strip()])
            self.assertEqual(daemon.metric("feature_0_value_count"), 1)

    def test_python(self):
        self.run_snippet(sys.executable, "-c", self.snippet("python"))

    def test_node(self):
        self.run_snippet(need("node"), "-e", self.snippet("javascript"))

    def test_go(self):
        code = self.snippet("go")
        go = may_need("go", "its packages are large")
        with tempfile.TemporaryDirectory(prefix="boxkited-test-") as folder:
            file = pathlib.Path(folder) / "main.go"
            file.write_text(code)
            self.run_snippet("env", f"GOCACHE={folder}/cache", go, "run", str(file),
                             patience=10 * PATIENCE)


class Commands(unittest.TestCase):
    """The commands of console blocks that ask a daemon at its default address."""

    ADDRESS = f"127.0.0.1:{PORT}"

    def commands(self, document):
        """Each command that asks the daemon, and the lines that it is said to print."""
        for _, block in fences(document, "console"):
            for command, shown in session(block):
                if self.ADDRESS in command and command.startswith("curl "):
                    yield command, shown

    def check(self, document):
        """As after deploy/run.sh."""
        bash, _ = need("bash"), need("curl")
        config = {"identity": {"endpoint_id": "demo", "logger_id": "diabetes",
                               "replica_id": "1", "server_id": "demo"},
                  "prediction_log": {"ack": "synced"}}
        with demo(config=config) as daemon:
            events = (DEMO / "events.ndjson").read_bytes()
            self.assertEqual(daemon.predict_lines(events).json["accepted"], 500)
            commands = list(self.commands(document))
            self.assertTrue(commands, document)
            for command, shown in commands:
                with self.subTest(command):
                    ended = subprocess.run(
                        [bash, "-c", command.replace(self.ADDRESS, f"127.0.0.1:{daemon.port}")],
                        capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE)
                    self.assertEqual((ended.returncode, ended.stderr), (0, ""))
                    self.assertEqual(masked(ended.stdout.strip("\n")), masked(shown))

    def test_of_the_http_api(self):
        self.check("docs/http-api.md")

    def test_of_the_readme(self):
        self.check("README.md")


class Links(unittest.TestCase):
    def headings(self, document):
        """Anchors of a document, as its readers make them."""
        text = re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.S)
        titles = re.findall(r"^#+ (.*)$", text, re.M)
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

    def test_each_leads_somewhere(self):
        for document in (ROOT / "README.md", *sorted(DOCS.rglob("*.md"))):
            text = re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.S)
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                file = (document.parent / path) if path else document
                with self.subTest(document.name, target=target):
                    self.assertTrue(file.exists())
                    if anchor:
                        self.assertIn(anchor, self.headings(file))


if __name__ == "__main__":
    unittest.main()
