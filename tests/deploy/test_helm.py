"""deploy/helm: the chart by itself and as a dependency, rendered by Go's templates."""

import functools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support.daemon import ROOT, run
from support.manifests import (bytes_of, documents, environment, kind_of, load, pod_of, refuse_weak,
                               sidecar_of, what_the_api_refuses, yaml)
from support.needs import need
from support.schema import mismatch

CHART = ROOT / "deploy" / "helm" / "boxkited"
HERE = pathlib.Path(__file__).parent


@functools.cache
def renderer():
    """The program of tests/deploy/render_chart, with Debian's packages of Go's libraries."""
    folder = pathlib.Path(os.environ["BOXKITED_BUILD"]) / "render_chart"
    folder.mkdir(exist_ok=True)
    program = folder / "render_chart"
    subprocess.run([need("go"), "build", "-o", program, "."], cwd=HERE / "render_chart", check=True,
                   env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
                        "GOCACHE": str(folder / "cache"), "GOFLAGS": ""})
    return program


def render(chart, values):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(values, file)
        file.flush()
        ended = subprocess.run([renderer(), chart, file.name, "shop", "models"],
                               capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return documents(ended.stdout)


def by_kind(objects):
    return {document["kind"]: document for document in objects}


EVERYTHING = {"podMonitor": {"enabled": True}, "networkPolicy": {"enabled": True}}


class Standalone(unittest.TestCase):
    def test_the_api_takes_all_that_it_renders(self):
        objects = render(CHART, EVERYTHING | {
            "standalone": {"storageClass": "fast"}, "env": {"BOXKITED_THREADS": 2},
            "annotations": False, "baseline": {"volume": {"emptyDir": {}}}})
        self.assertEqual({kind_of(each)[1] for each in objects},
                         {"Service", "StatefulSet", "PodMonitor", "NetworkPolicy"})
        self.assertEqual(what_the_api_refuses(objects), [])

    def test_by_default_it_is_a_server_with_a_token_and_a_log_that_stays(self):
        objects = by_kind(render(CHART, {}))
        self.assertEqual(set(objects), {"Service", "StatefulSet"})
        _, annotations, spec = pod_of(objects["StatefulSet"])
        refuse_weak(self, spec)
        listeners = json.loads(environment(sidecar_of(spec))["BOXKITED_LISTENERS"])
        self.assertEqual([each["serves"] for each in listeners if "token_file" in each],
                         [["predictions"]])
        self.assertEqual([each["http"] for each in listeners if "admin" in each["serves"]],
                         ["127.0.0.1:9812"])
        (claim,) = objects["StatefulSet"]["spec"]["volumeClaimTemplates"]
        kept = int(environment(sidecar_of(spec))["BOXKITED_PREDICTION_LOG_RETENTION_BYTES"])
        self.assertGreater(bytes_of(claim["spec"]["resources"]["requests"]["storage"]), kept)
        self.assertEqual(annotations["prometheus.io/port"], "9811")

    def test_its_service_monitor_and_policy_concern_its_pods(self):
        objects = by_kind(render(CHART, EVERYTHING))
        labels, _, spec = pod_of(objects["StatefulSet"])
        ports = {port["name"] for port in sidecar_of(spec)["ports"]}
        for selector in (objects["Service"]["spec"]["selector"],
                         objects["StatefulSet"]["spec"]["selector"]["matchLabels"],
                         objects["PodMonitor"]["spec"]["selector"]["matchLabels"],
                         objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]):
            self.assertLessEqual(selector.items(), labels.items())
        named = {objects["Service"]["spec"]["ports"][0]["targetPort"],
                 objects["PodMonitor"]["spec"]["podMetricsEndpoints"][0]["port"],
                 *(port["port"] for rule in objects["NetworkPolicy"]["spec"]["ingress"]
                   for port in rule["ports"])}
        self.assertEqual(named, ports)

    def test_its_config_is_one_that_the_daemon_takes(self):
        spec = pod_of(by_kind(render(CHART, {"env": {"BOXKITED_THREADS": 2}}))["StatefulSet"])[2]
        told = {name: value for name, value in environment(sidecar_of(spec)).items()
                if not value.startswith("metadata.")}
        with tempfile.TemporaryDirectory(prefix="boxkited-test-") as folder:
            token = pathlib.Path(folder) / "token"
            token.write_text("0123456789abcdef")
            told["BOXKITED_LISTENERS"] = told["BOXKITED_LISTENERS"].replace(
                "/run/secrets/boxkited/token", str(token))
            checked = run("check", "--no-baseline", environment=told)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertNotIn("no such option", checked.stderr)
        self.assertEqual(json.loads(checked.stdout)["threads"], 2)


class Dependency(unittest.TestCase):
    def render(self, values):
        folder = pathlib.Path(
            self.enterContext(tempfile.TemporaryDirectory(prefix="boxkited-test-"))) / "model"
        shutil.copytree(HERE / "chart_of_a_model", folder)
        shutil.copytree(CHART, folder / "charts" / "boxkited")
        return by_kind(render(folder, values))

    def test_a_chart_takes_in_the_sidecar_of_the_plain_manifests(self):
        forms = {"native-sidecar.yaml": self.render({}),
                 "classic-sidecar.yaml": self.render({"classic": True})}
        self.assertEqual(
            what_the_api_refuses([objects["Deployment"] for objects in forms.values()]), [])
        for file, objects in forms.items():
            self.assertEqual(set(objects), {"Deployment"})
            (plain,) = load(file)
            labels, annotations, spec = pod_of(objects["Deployment"])
            _, plain_annotations, plain_spec = pod_of(plain)
            sidecar, wanted = dict(sidecar_of(spec)), dict(sidecar_of(plain_spec))
            self.assertEqual(sidecar.pop("imagePullPolicy"), "IfNotPresent")
            env, wanted_env = sidecar.pop("env"), wanted.pop("env")
            self.assertEqual(sorted(env, key=str), sorted(wanted_env, key=str))
            self.assertEqual(sidecar, wanted)
            self.assertEqual(spec["volumes"], plain_spec["volumes"])
            self.assertEqual(annotations, plain_annotations)
            self.assertEqual(labels["boxkited/sidecar"], "true")
            self.assertEqual(labels["boxkited/release"], "shop")
            refuse_weak(self, spec)

    def test_its_monitor_and_policy_concern_the_pods_of_the_model(self):
        objects = self.render({"boxkited": EVERYTHING | {"standalone": {"enabled": False}}})
        self.assertEqual(set(objects), {"Deployment", "PodMonitor", "NetworkPolicy"})
        labels = pod_of(objects["Deployment"])[0]
        for selector in (objects["PodMonitor"]["spec"]["selector"]["matchLabels"],
                         objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]):
            self.assertLessEqual(selector.items(), labels.items())
        self.assertEqual([rule["ports"] for rule in objects["NetworkPolicy"]["spec"]["ingress"]],
                         [[{"port": "metrics"}], [{"port": "http"}]])


class Chart(unittest.TestCase):
    def test_its_values_are_of_its_schema_which_takes_no_others(self):
        schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
        values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
        self.assertIsNone(mismatch(values, schema, schema))
        self.assertEqual(set(schema["properties"]) - {"global"}, set(values))
        self.assertIn("is not in the schema", mismatch(values | {"imgae": {}}, schema, schema))

    def test_its_version_is_that_of_the_program(self):
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
        self.assertEqual(f"boxkited {chart['appVersion']}\n", run("--version").stdout)


if __name__ == "__main__":
    unittest.main()
