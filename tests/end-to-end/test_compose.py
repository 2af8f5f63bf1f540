"""The example of deploy/compose: its files are there, and all of it but Grafana runs."""

import http.client
import json
import re
import subprocess
import unittest

from support.compose import FOLDER, Compose, load, volumes
from support.daemon import PATIENCE, await_true, conserved, parse_metrics
from support.needs import need


def get(port, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("POST" if body else "GET", path, body)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


class Files(unittest.TestCase):
    def setUp(self):
        self.document = load()
        self.services = self.document["services"]

    def test_everything_that_is_mounted_or_built_is_there(self):
        named = self.document["volumes"]
        for name, service in self.services.items():
            for source, target in volumes(service):
                with self.subTest(name, target=target):
                    self.assertTrue(target.startswith("/"))
                    if source.startswith("."):
                        self.assertTrue((FOLDER / source).exists(), source)
                    else:
                        self.assertIn(source, named)
            if "build" in service:
                build = service["build"]
                self.assertTrue((FOLDER / build["context"] / "CMakeLists.txt").is_file())
                self.assertEqual(build["dockerfile"], "deploy/Dockerfile")
            else:
                self.assertRegex(service["image"], r"^[\w/.-]+:v?\d[\w.-]+$")
        used = {source for service in self.services.values() for source, _ in volumes(service)}
        self.assertEqual(set(named), {each for each in used if not each.startswith(".")})

    def test_commands_name_files_that_are_mounted(self):
        for name, service in self.services.items():
            targets = dict((target, source) for source, target in volumes(service))
            for word in service.get("command", ()):
                for path in re.findall(r"(?:^|=)(/[\w/.-]+)", str(word)):
                    with self.subTest(name, path=path):
                        (target,) = [each for each in targets
                                     if path == each or path.startswith(each + "/")]
                        source = targets[target]
                        if source.startswith("."):
                            inside = path[len(target):].lstrip("/")
                            self.assertTrue((FOLDER / source / inside).exists())

    def test_services_wait_for_services(self):
        keys = {"image", "build", "command", "volumes", "environment", "depends_on", "restart",
                "network_mode", "ports", "user", "init"}
        for name, service in self.services.items():
            with self.subTest(name):
                self.assertLessEqual(set(service), keys)
                for other in service.get("depends_on", ()):
                    self.assertIn(other, self.services)
                self.assertIn(service.get("network_mode"), (None, "service:boxkited"))
        for port in self.services["boxkited"]["ports"]:
            self.assertRegex(port, r"^127\.0\.0\.1:(\d+):\1$")

    def test_prometheus_and_alertmanager_take_their_files(self):
        with Compose([]) as compose:
            for name, tool, arguments in (
                    ("prometheus", "promtool", ["check", "config"]),
                    ("alertmanager", "amtool", ["check-config"])):
                root = compose.folder / name
                root.mkdir()
                compose.mount(load()["services"][name], root)
                (file,) = [each for each in root.rglob(f"{name}.yml")]
                ended = subprocess.run([need(tool), *arguments, file], capture_output=True,
                                       text=True, check=False, timeout=PATIENCE)
                self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)

    def test_grafana_gets_the_dashboards_where_its_provider_looks(self):
        provider = (FOLDER / "../grafana/provisioning/dashboards/boxkited.yml").read_text("utf-8")
        (path,) = re.findall(r"path: (\S+)", provider)
        (source,) = [source for source, target in volumes(self.services["grafana"])
                     if target == path]
        dashboards = list((FOLDER / source).glob("*.json"))
        self.assertTrue(dashboards)
        for dashboard in dashboards:
            self.assertIn("panels", json.loads(dashboard.read_text("utf-8")))


class Running(unittest.TestCase):
    SERVICES = ("train", "baseline", "boxkited", "alerts", "alertmanager", "prometheus", "model",
                "traffic")

    def test_drift_that_begins_is_told(self):
        self.assertEqual(set(self.SERVICES), set(load()["services"]) - {"grafana"})
        quicker = {"scrape_interval: 5s": "scrape_interval: 1s",
                   "evaluation_interval: 10s": "evaluation_interval: 1s",
                   "group_wait: 30s": "group_wait: 1s"}
        with Compose(self.SERVICES, quicker, REQUESTS_A_SECOND="80", DRIFT_AFTER="15") as compose:
            port = compose.port(9810)
            compose.await_said("boxkited", r"message=ready")

            # As in training, until there is a verdict of everything.
            window = [window_of(port)]
            await_true(lambda: window.append(window_of(port)) or
                       all(verdict == "stable" for verdict in window[-1].values()),
                       lambda: f"verdicts without drift, got {window[-1]}")
            self.assertEqual(set(window[-1]), {"age", "sex", "bmi", "blood_pressure", "glucose",
                                               "inference"})
            self.assertNotIn("DemoDrift", compose.said("alerts"))

            compose.await_said("traffic", "from now on people are older")
            compose.await_said("alerts", "firing: DemoDrift: age of diabetes drifted")
            verdicts = window_of(port)
            self.assertEqual((verdicts["age"], verdicts["sex"]), ("drifted", "stable"))

            status, answer = get(compose.port(8000), "/predict", json.dumps(
                {"age": 61, "sex": "female", "bmi": 27.5, "blood_pressure": 95, "glucose": 120}))
            self.assertEqual(status, 200, answer)
            self.assertTrue(100 < json.loads(answer)["prediction"] < 250, answer)
            status, answer = get(compose.port(8000), "/predict", '{"age": 61}')
            self.assertEqual(status, 400)
            accepted, became = conserved(parse_metrics(get(port, "/metrics")[1]))
            self.assertEqual(accepted, became)
            self.assertEqual(compose.said("model").count("\n"), 1, compose.said("model"))


def window_of(port):
    """The verdicts of the last minute, by feature."""
    status, text = get(port, "/v1/drift")
    assert status == 200, text
    return {each["feature_name"]: each["windows"]["1m"]["verdict"]
            for each in json.loads(text)["variables"]}


if __name__ == "__main__":
    unittest.main()
