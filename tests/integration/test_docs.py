"""What the documents show is what the daemon does: routes, schemas, snippets, commands."""

import json
import os
import re
import shutil
import subprocess
import unittest

from support.daemon import BINARY, PATIENCE, ROOT, Daemon
from support.schema import mismatch

DOCS = ROOT / "docs"
DEMO = ROOT / "config" / "demo"
EVENT = '{"features":[0.01],"output":104.1}'
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")


def demo(**options):
    return Daemon(baseline=DEMO / "histogram.prom", **options)


def fences(document, language):
    """The fenced blocks of a language, each with what stands before it."""
    text = (ROOT / document).read_text("utf-8")
    return [(match.group(1), match.group(2)) for match in
            re.finditer(rf"([^\n]*)\n\n?```{language}\n(.*?)```", text, re.S)]


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
            response = self.document["components"]["responses"]["Refused"]
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

    def test_every_refusal_of_an_event_is_documented(self):
        page = (DOCS / "http-api.md").read_text("utf-8")
        documented = set(re.findall(r"^\| `(\w+)` \| (?:\d|–)", page, re.M))
        with Daemon() as daemon:
            results = {dict(labels)["result"] for (name, labels) in daemon.metrics()
                       if name == "boxkited_events_total"}
        self.assertEqual(results - {"accepted"}, documented)


class Snippets(unittest.TestCase):
    """The clients of docs/moving-from-boxkite.md."""

    def run_snippet(self, language, command):
        (_, code), = fences("docs/moving-from-boxkite.md", language)
        # Lines of code: blank ones and the call that shows the result do not count.
        self.assertLessEqual(sum(bool(line.strip()) for line in code.splitlines()), 17)
        with demo() as daemon:
            environment = {**os.environ, "BOXKITED_URL": f"http://127.0.0.1:{daemon.port}"}
            ended = subprocess.run([*command, code], capture_output=True, text=True,
                                   env=environment, timeout=PATIENCE)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            daemon.await_written(1)
            self.assertEqual([line["prediction_id"] for line in daemon.logged()],
                             [ended.stdout.strip()])
            self.assertEqual(daemon.metric("feature_0_value_count"), 1)

    def test_python(self):
        self.run_snippet("python", ["python3", "-c"])

    @unittest.skipUnless(shutil.which("node"), "node is missing")
    def test_node(self):
        self.run_snippet("javascript", ["node", "-e"])

    @unittest.skipUnless(shutil.which("go"), "go is missing")
    def test_go(self):
        (_, code), = fences("docs/moving-from-boxkite.md", "go")
        with demo() as daemon:
            file = daemon.folder / "main.go"
            file.write_text(code)
            environment = {**os.environ, "BOXKITED_URL": f"http://127.0.0.1:{daemon.port}",
                           "GOCACHE": str(daemon.folder / "cache")}
            ended = subprocess.run(["go", "run", file], capture_output=True, text=True,
                                   env=environment, timeout=10 * PATIENCE)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            daemon.await_written(1)
            self.assertEqual(daemon.logged()[0]["prediction_id"], ended.stdout.strip())


@unittest.skipUnless(shutil.which("curl"), "curl is missing")
class Commands(unittest.TestCase):
    """The commands of console blocks that ask a daemon at its default address."""

    ADDRESS = "127.0.0.1:9810"

    def commands(self, document):
        """Each `$ command` and the lines that it is said to print."""
        for _, block in fences(document, "console"):
            for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
                command, _, shown = part.partition("\n")
                if self.ADDRESS in command and command.startswith("curl "):
                    yield command, shown.strip("\n")

    def masked(self, text):
        """Text without what differs from run to run: ids, times, counts, paths."""
        text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)
        text = re.sub(r'("(?:path|directory|loaded_at|version)":)"[^"]*"', r'\1"TEXT"', text)
        text = re.sub(r'"[\w-]+/\d{4}-\d\d-\d\dT[\d:]+/UUID"', '"ID"', text)
        return re.sub(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", "0", text)

    def check(self, document):
        shell = shutil.which("bash")
        with demo(config={"identity": {"endpoint_id": "demo", "logger_id": "diabetes",
                                       "replica_id": "1", "server_id": "demo"}}) as daemon:
            commands = list(self.commands(document))
            self.assertTrue(commands, document)
            for command, shown in commands:
                with self.subTest(command):
                    ended = subprocess.run(
                        [shell, "-c", command.replace(self.ADDRESS, f"127.0.0.1:{daemon.port}")],
                        capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE)
                    self.assertEqual((ended.returncode, ended.stderr), (0, ""))
                    if shown:
                        self.assertEqual(self.masked(ended.stdout.strip("\n")), self.masked(shown))

    def test_of_the_http_api(self):
        self.check("docs/http-api.md")

    def test_of_getting_started(self):
        self.check("docs/getting-started.md")

    def test_of_the_readme(self):
        self.check("README.md")

    def test_blocks_marked_as_tests_run(self):
        documents = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
        for document in documents:
            for before, block in fences(document, "sh"):
                if "<!-- test -->" not in before:
                    continue
                with self.subTest(document.name, block=block), demo() as daemon:
                    script = block.replace(self.ADDRESS, f"127.0.0.1:{daemon.port}")
                    script = script.replace("build/daemon/boxkited", BINARY)
                    ended = subprocess.run(["sh", "-eu", "-c", script], capture_output=True,
                                           text=True, cwd=ROOT, timeout=PATIENCE)
                    self.assertEqual(ended.returncode, 0, ended.stderr)


class Links(unittest.TestCase):
    def headings(self, document):
        """Anchors of a document, as its readers make them."""
        text = re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.S)
        titles = re.findall(r"^#+ (.*)$", text, re.M)
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

    def test_each_leads_somewhere(self):
        for document in (ROOT / "README.md", *sorted(DOCS.glob("*.md"))):
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
