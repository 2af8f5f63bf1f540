"""docs/tutorials are followed as far as there is no container engine and no cluster."""

import ast
import json
import pathlib
import re
import tempfile
import unittest

import yaml

from support.compose import Compose
from support.daemon import BINARY, ROOT, Daemon, run
from support.documents import fences, session
from support.needs import need
from support.reader import Reader

DASHBOARDS = "docs/tutorials/prometheus-and-grafana.md"
KUBERNETES = "docs/tutorials/kubernetes-with-mlflow.md"
PORTS = ("8000", "9090", "9810")


class Tutorial(unittest.TestCase):
    def setUp(self):
        for program in ("bash", "curl"):
            need(program)
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="boxkited-test-"))
        self.folder = pathlib.Path(folder)
        (self.folder / "deploy").symlink_to(ROOT / "deploy")
        (self.folder / "build" / "daemon").mkdir(parents=True)
        (self.folder / "build" / "daemon" / "boxkited").symlink_to(BINARY)

    def follow(self, document, ports):
        reader = Reader(self.folder, ports)
        blocks = [text for _, text in fences(document, "console")]
        self.assertTrue(blocks)
        for block in blocks:
            for command, shown in session(block):
                with self.subTest(command):
                    reader.check(command, shown)


class Dashboards(Tutorial):
    def test_each_command_prints_what_the_document_says(self):
        services = ("train", "baseline", "boxkited", "alerts", "alertmanager", "prometheus",
                    "model", "traffic")
        quicker = {"scrape_interval: 5s": "scrape_interval: 1s",
                   "evaluation_interval: 10s": "evaluation_interval: 1s",
                   "group_wait: 30s": "group_wait: 1s"}
        with Compose(services, quicker, REQUESTS_A_SECOND="60", DRIFT_AFTER="12") as compose:
            self.follow(DASHBOARDS, {port: str(compose.port(port)) for port in PORTS})
            (told,) = [text.strip() for _, text in fences(DASHBOARDS) if "firing" in text]
            compose.await_said("alerts", told)


class Kubernetes(Tutorial):
    def test_each_command_prints_what_the_document_says(self):
        self.follow(KUBERNETES, {"9810": "9810"})

    def test_the_script_is_python(self):
        for _, text in fences(KUBERNETES, "python"):
            ast.parse(text)

    def test_the_pod_is_restricted_and_starts_in_order(self):
        deployment, monitor = [yaml.safe_load(text) for _, text in fences(KUBERNETES, "yaml")]
        pod = deployment["spec"]["template"]["spec"]
        self.assertTrue(pod["securityContext"]["runAsNonRoot"])
        self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertFalse(pod["enableServiceLinks"])
        volumes = {volume["name"] for volume in pod["volumes"]}
        for container in pod["initContainers"] + pod["containers"]:
            with self.subTest(container["name"]):
                self.assertEqual(container["securityContext"], {
                    "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]}})
                mounted = {mount["name"] for mount in container["volumeMounts"]}
                self.assertLessEqual(mounted, volumes)
        fetch, sidecar = pod["initContainers"]
        self.assertEqual((fetch["name"], fetch.get("restartPolicy")), ("fetch", None))
        self.assertEqual(sidecar["restartPolicy"], "Always")
        self.assertIn("startupProbe", sidecar)
        ports = {port["name"] for port in sidecar["ports"]}
        self.assertEqual({sidecar[probe]["httpGet"]["port"]
                          for probe in ("startupProbe", "livenessProbe")} | ports, {"metrics"})
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        self.assertIn(endpoint["port"], ports)
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        self.assertLessEqual(monitor["spec"]["selector"]["matchLabels"].items(), labels.items())
        self.assertIn(monitor["spec"]["jobLabel"], labels)

    def test_the_daemon_takes_the_variables_of_the_sidecar(self):
        """And listens where the manifest says, with the baseline that the tutorial makes."""
        deployment, _ = [yaml.safe_load(text) for _, text in fences(KUBERNETES, "yaml")]
        sidecar = deployment["spec"]["template"]["spec"]["initContainers"][1]
        values = {each["name"]: each["value"] for each in sidecar["env"] if "value" in each}
        self.follow(KUBERNETES, {"9810": "9810"})
        self.check_memory(values, sidecar["resources"]["limits"]["memory"])
        values["BOXKITED_BASELINE"] = str(self.folder / "build" / "example" / "histogram.prom")
        checked = run("check", environment=values)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertNotIn("warning", checked.stderr)
        config = json.loads(checked.stdout)
        self.assertEqual([each["http"] for each in config["listeners"]],
                         ["127.0.0.1:9810", f"0.0.0.0:{sidecar['ports'][0]['containerPort']}"])
        self.assertEqual(config["identity"]["endpoint_id"], "diabetes")

    def check_memory(self, values, limit):
        """What the daemon can come to hold is below the limit of its container."""
        self.assertTrue(limit.endswith("Mi"))
        with Daemon(baseline=str(self.folder / "build" / "example" / "histogram.prom"),
                    environment={name: values[name] for name in
                                 ("BOXKITED_PREDICTION_LOG_QUEUE_BYTES",
                                  "BOXKITED_LIMITS_BODY_BYTES")}) as daemon:
            (at_most,) = re.findall(r"memory_bytes_at_most=(\d+)", daemon.await_line("ready"))
        self.assertLess(int(at_most), int(limit[:-2]) << 20)


if __name__ == "__main__":
    unittest.main()
