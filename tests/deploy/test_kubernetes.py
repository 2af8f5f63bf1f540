"""deploy/kubernetes: what the API takes, the same sidecar everywhere, which does what it says."""

import copy
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support.daemon import ROOT, Daemon
from support.manifests import (KUBERNETES, MODULES, bytes_of, documents, environment, kind_of, load,
                               pod_of, refuse_weak, sidecar_of, what_the_api_refuses)
from support.needs import may_need

DEMO = ROOT / "config" / "demo"
NATIVE, CLASSIC = "native-sidecar.yaml", "classic-sidecar.yaml"
PODS = [NATIVE, CLASSIC, "component/sidecar.yaml", "examples/kserve.yaml", "examples/seldon.yaml"]
# What the forms differ in.
OF_NATIVE = {"restartPolicy": "Always"}
OF_CLASSIC = {"name": "BOXKITED_SHUTDOWN_DELAY_MS", "value": "10000"}


def pod(path):
    (document,) = load(path)
    return pod_of(document)


def is_native(spec):
    return "boxkited" in [each["name"] for each in spec.get("initContainers", [])]


class Objects(unittest.TestCase):
    def test_the_api_takes_each(self):
        objects = []
        for path in sorted(KUBERNETES.rglob("*.yaml")):
            for document in documents(path.read_text("utf-8")):
                if kind_of(document) in MODULES and path.name != "sidecar.yaml":
                    objects.append(document)
        for path in ("examples/kserve.yaml", "examples/seldon.yaml"):
            objects.append({"apiVersion": "v1", "kind": "PodSpec", "spec": pod(path)[2]})
        self.assertEqual(len(objects), 6)
        self.assertEqual(what_the_api_refuses(objects), [])

    def test_what_the_api_does_not_take_is_found(self):
        (good,) = load(NATIVE)
        bad = []
        for path, value in ((("spec", "template", "spec", "hostNetworks"), True),
                            (("spec", "replicas"), "2"), (("spec", "selector"), None)):
            bad.append(copy.deepcopy(good))
            inner = bad[-1]
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = value
        refused = what_the_api_refuses([good, *bad])
        self.assertEqual(len([line for line in refused if line.startswith("objects.ts")]), 3,
                         refused)

    def test_the_native_form_has_what_only_newer_clusters_know(self):
        self.assertTrue(is_native(pod(NATIVE)[2]))
        self.assertTrue(is_native(pod("component/sidecar.yaml")[2]))
        for path in (CLASSIC, "examples/kserve.yaml", "examples/seldon.yaml"):
            self.assertFalse(is_native(pod(path)[2]), path)


class Sidecar(unittest.TestCase):
    def test_each_is_safe(self):
        for path in PODS:
            with self.subTest(path):
                spec = dict(pod(path)[2])
                if path == "component/sidecar.yaml":  # The Deployment's own containers and token.
                    spec |= {"containers": [], "automountServiceAccountToken": False}
                refuse_weak(self, spec)

    def test_each_is_the_same_but_for_how_it_starts_and_ends(self):
        native = dict(sidecar_of(pod(NATIVE)[2]))
        self.assertEqual({key: native.pop(key) for key in OF_NATIVE}, OF_NATIVE)
        for path in PODS[1:]:
            with self.subTest(path):
                spec = {"containers": [], **pod(path)[2]}
                sidecar = dict(sidecar_of(spec))
                if is_native(spec):
                    self.assertEqual({key: sidecar.pop(key) for key in OF_NATIVE}, OF_NATIVE)
                else:
                    sidecar["env"] = [each for each in sidecar["env"] if each != OF_CLASSIC]
                    self.assertEqual(len(sidecar["env"]), len(native["env"]))
                self.assertEqual(sidecar, native)
                self.assertEqual(spec["volumes"], pod(NATIVE)[2]["volumes"])

    def test_prometheus_finds_its_port_by_annotation_and_by_monitor(self):
        (monitor,) = load("pod-monitor.yaml")
        (policy,) = load("network-policy.yaml")
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        for path in PODS:
            labels, annotations, spec = pod(path)
            (port,) = sidecar_of({"containers": [], **spec})["ports"]
            self.assertEqual(port["name"], endpoint["port"])
            self.assertEqual(annotations["prometheus.io/port"], str(port["containerPort"]))
            for selector in (monitor["spec"]["selector"], policy["spec"]["podSelector"]):
                self.assertLessEqual(selector["matchLabels"].items(), labels.items())
        self.assertEqual(policy["spec"]["ingress"][0]["ports"], [{"port": endpoint["port"]}])

    def test_the_model_server_mounts_the_socket_that_it_is_told_of(self):
        for path in (NATIVE, CLASSIC, "examples/kserve.yaml", "examples/seldon.yaml"):
            spec = pod(path)[2]
            model = next(each for each in spec["containers"] if each["name"] != "boxkited")
            (told,) = model["env"]
            (listener,) = [each["http_unix"] for each in self.listeners(spec)
                           if "http_unix" in each]
            self.assertEqual(told, {"name": "BOXKITED_SOCKET", "value": listener})
            self.assertEqual(model["volumeMounts"],
                             [{"name": "boxkited-sockets", "mountPath": "/run/boxkited",
                               "readOnly": True}])

    def listeners(self, spec):
        return json.loads(environment(sidecar_of(spec))["BOXKITED_LISTENERS"])

    def test_it_has_the_time_that_its_end_takes(self):
        for path in (NATIVE, CLASSIC, "examples/kserve.yaml", "examples/seldon.yaml"):
            spec = pod(path)[2]
            delay = int(environment(sidecar_of(spec)).get("BOXKITED_SHUTDOWN_DELAY_MS", 0))
            self.assertGreater(spec["terminationGracePeriodSeconds"] * 1000, delay + 5000)

    def test_its_volume_has_room_for_what_it_keeps(self):
        spec = pod(NATIVE)[2]
        (log,) = [each["emptyDir"] for each in spec["volumes"] if each["name"] == "boxkited-log"]
        kept = int(environment(sidecar_of(spec))["BOXKITED_PREDICTION_LOG_RETENTION_BYTES"])
        self.assertGreaterEqual(bytes_of(log["sizeLimit"]), kept * 1.25)


class Running(unittest.TestCase):
    """The daemon, told what the sidecar is told, save where its files and its ports are."""

    def variables(self, daemon):
        told = environment(sidecar_of(pod(CLASSIC)[2]))
        pod_is = {"metadata.name": "model-7d9c-x2x9", "metadata.namespace": "models",
                  "metadata.labels['app.kubernetes.io/name']": "model"}
        told = {name: pod_is.get(value, value) for name, value in told.items()}
        told["BOXKITED_LISTENERS"] = (
            told["BOXKITED_LISTENERS"].replace(":9810", ":0").replace("0.0.0.0:9811", "127.0.0.1:0")
            .replace("/run/boxkited/http.sock", daemon.http_socket))
        for name in ("BOXKITED_DRIFT_STATE_DIRECTORY", "BOXKITED_BASELINE"):
            self.assertTrue(told[name].startswith("/"))
        return told | {
            "BOXKITED_DRIFT_STATE_DIRECTORY": str(daemon.log_directory / "drift"),
            "BOXKITED_PREDICTION_LOG_DIRECTORY": str(daemon.log_directory),
            "BOXKITED_BASELINE": str(DEMO / "histogram.prom"), "BOXKITED_SHUTDOWN_DELAY_MS": "0"}

    def test_it_serves_whom_it_should_within_the_memory_that_it_asks_for(self):
        with Daemon(start=False) as daemon:
            daemon.config = {}
            daemon.environment |= self.variables(daemon)
            daemon.start()
            self.assertEqual([line for line in daemon.lines if "level=info" not in line], [])
            body = (DEMO / "events.ndjson").read_bytes().splitlines()[0]
            self.assertEqual(daemon.predict(body, unix=True).status, 202)
            self.assertEqual(daemon.get("/metrics", unix=True).status, 404)
            self.assertEqual(daemon.get("/metrics").status, 404)
            ready = daemon.lines[-1]
            daemon.port = int(ready.rpartition("127.0.0.1:")[2].split('"')[0].split()[0])
            self.assertEqual(daemon.get("/readyz").status, 200)
            self.assertEqual(daemon.post("/v1/predictions", body).status, 404)
            daemon.await_written(1)
            (log,) = daemon.log_files()
            self.assertRegex(str(log), r"/models/predictions/model/.*/\d{4}_models-model-7d9c-x2x9")
            limit = bytes_of(sidecar_of(pod(NATIVE)[2])["resources"]["limits"]["memory"])
            (bound,) = [int(word.partition("=")[2]) for word in ready.split()
                        if word.startswith("memory_bytes_at_most=")]
            self.assertLess(bound, limit)


class Kustomize(unittest.TestCase):
    def build(self):
        kubectl = may_need("kubectl", "Debian's is too old for components")
        folder = pathlib.Path(
            self.enterContext(tempfile.TemporaryDirectory(prefix="boxkited-test-")))
        (folder / "deployment.yaml").write_text("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: shop}}
  template:
    metadata: {labels: {app.kubernetes.io/name: shop}}
    spec:
      initContainers: [{name: first, image: "first:1"}]
      containers: [{name: shop, image: "shop:1"}]
      volumes: [{name: own, emptyDir: {}}]
""")
        shutil.copytree(KUBERNETES / "component", folder / "boxkited")
        (folder / "kustomization.yaml").write_text(
            "resources: [deployment.yaml]\ncomponents: [boxkited]\n")
        ended = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True)
        if "unknown field \"components\"" in ended.stderr:
            self.skipTest("kubectl: too old for components, which is allowed")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return documents(ended.stdout)

    def test_any_deployment_gets_the_sidecar_and_keeps_its_own(self):
        (made,) = self.build()
        labels, annotations, spec = pod_of(made)
        self.assertEqual(made["metadata"]["name"], "shop")
        self.assertEqual(sidecar_of(spec), sidecar_of(pod(NATIVE)[2]))
        self.assertEqual([each["name"] for each in spec["initContainers"]], ["boxkited", "first"])
        self.assertEqual([each["name"] for each in spec["containers"]], ["shop"])
        self.assertEqual({each["name"] for each in spec["volumes"]},
                         {"own", "boxkited-log", "boxkited-sockets", "boxkited-baseline"})
        self.assertEqual(labels, {"app.kubernetes.io/name": "shop", "boxkited/sidecar": "true"})
        self.assertEqual(annotations, pod(NATIVE)[1])
        self.assertEqual(what_the_api_refuses([made]), [])


if __name__ == "__main__":
    unittest.main()
