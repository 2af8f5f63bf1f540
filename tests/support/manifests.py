"""Objects of Kubernetes: what the API takes, and what is to be true of each sidecar."""

import json
import pathlib
import re
import subprocess
import tempfile

from support.daemon import ROOT
from support.needs import missing, need

try:
    import yaml
except ImportError:
    missing("python3-yaml")

KUBERNETES = ROOT / "deploy" / "kubernetes"
NODE_PACKAGES = ROOT / "build" / "node" / "node_modules"

# What the types of npm's kubernetes-models know; the rest is of operators that it has no types of.
MODULES = {
    ("v1", "Service"): "kubernetes-models/v1/Service",
    ("v1", "PodSpec"): "kubernetes-models/v1/PodSpec",
    ("apps/v1", "Deployment"): "kubernetes-models/apps/v1/Deployment",
    ("apps/v1", "StatefulSet"): "kubernetes-models/apps/v1/StatefulSet",
    ("networking.k8s.io/v1", "NetworkPolicy"):
        "kubernetes-models/networking.k8s.io/v1/NetworkPolicy",
    ("monitoring.coreos.com/v1", "PodMonitor"):
        "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor",
}


class _Strict(yaml.SafeLoader):
    """Refuses a key that is there twice."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"twice in one mapping, {node.start_mark}: {keys}"
        return super().construct_mapping(node, deep)


def documents(text):
    return [document for document in yaml.load_all(text, _Strict) if document is not None]


def load(path):
    return documents((KUBERNETES / path).read_text("utf-8"))


def kind_of(document):
    return document["apiVersion"], document["kind"]


def what_the_api_refuses(objects):
    """What is wrong with objects, as a list of lines: fields that there are not, or of another
    type, and those that are missing. Each object is a literal of its type to TypeScript's compiler."""
    if not NODE_PACKAGES.exists():
        missing("npm's packages: deploy/install-packages.sh --tests")
    with tempfile.TemporaryDirectory(prefix="boxkited-test-") as folder:
        folder = pathlib.Path(folder)
        (folder / "node_modules").symlink_to(NODE_PACKAGES)
        lines = []
        for number, each in enumerate(objects):
            of = kind_of(each)
            literal = each["spec"] if of == ("v1", "PodSpec") else each
            name = f"I{of[1]}"
            lines.append(f'import type {{{name} as T{number}}} from "{MODULES[of]}";\n'
                         f"export const o{number}: T{number} = {json.dumps(literal, indent=1)};")
        (folder / "objects.ts").write_text("\n".join(lines) + "\n", "utf-8")
        ended = subprocess.run(
            [need("node"), NODE_PACKAGES / "typescript" / "bin" / "tsc", "--noEmit", "--strict",
             "--skipLibCheck", "--module", "nodenext", "--target", "es2022", "objects.ts"],
            cwd=folder, capture_output=True, text=True)
        return [line for line in (ended.stdout + ended.stderr).splitlines() if line]


def pod_of(document):
    """(labels, annotations, spec) of the pods that an object makes; None when it makes none."""
    spec = document.get("spec", {})
    if document["kind"] == "InferenceService":
        of = document["metadata"]
        return of["labels"], of["annotations"], _pod_part(spec["predictor"])
    if document["kind"] == "SeldonDeployment":
        (predictor,) = spec["predictors"]
        (component,) = predictor["componentSpecs"]
        return predictor["labels"], predictor["annotations"], component["spec"]
    if "template" in spec:
        of = spec["template"]["metadata"]
        return of["labels"], of["annotations"], spec["template"]["spec"]
    return None


def _pod_part(predictor):
    """KServe's predictor is a PodSpec with fields of its own."""
    return {key: value for key, value in predictor.items() if key != "minReplicas"}


def sidecar_of(spec):
    (found,) = [each for each in spec.get("initContainers", []) + spec["containers"]
                if each["name"] == "boxkited"]
    return found


def environment(container):
    """Its variables, those from the downward API as the path they come from."""
    return {each["name"]: each["value"] if "value" in each
            else each["valueFrom"]["fieldRef"]["fieldPath"] for each in container["env"]}


def bytes_of(quantity):
    number, unit = re.fullmatch(r"(\d+)(Ki|Mi|Gi)?", quantity).groups()
    return int(number) << {None: 0, "Ki": 10, "Mi": 20, "Gi": 30}[unit]


def refuse_weak(test, spec):
    """Promises of each pod with boxkited: `restricted`, as Kubernetes' pod security standards have
    it, and more."""
    container = sidecar_of(spec)
    context = container["securityContext"]
    test.assertEqual(context["capabilities"], {"drop": ["ALL"]})
    test.assertIs(context["runAsNonRoot"], True)
    test.assertEqual((context["runAsUser"], context["runAsGroup"]), (65532, 65532))
    test.assertIs(context["allowPrivilegeEscalation"], False)
    test.assertIs(context["readOnlyRootFilesystem"], True)
    test.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"})
    test.assertNotIn("privileged", context)
    test.assertIs(spec["automountServiceAccountToken"], False)
    for key in ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"):
        test.assertNotIn(key, spec)
    test.assertEqual([volume for volume in spec.get("volumes", []) if "hostPath" in volume], [])
    test.assertEqual([port for port in container["ports"] if "hostPort" in port], [])
    test.assertRegex(container["image"], r":\d+\.\d+\.\d+$")
    test.assertIn("memory", container["resources"]["limits"])
    test.assertLessEqual({"cpu", "memory"}, set(container["resources"]["requests"]))
