"""A real S3-compatible store for tests: s3rver behind a proxy that checks signatures and fails."""

import http.client
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from support.certificates import Certificate
from support.daemon import PATIENCE, ROOT, await_true
from support.needs import need
from support.npm import installed

SOURCE = ROOT / "tests" / "support" / "s3"
BUCKET = "predictions"
REGION = "eu-test-1"
KEY_ID = "AKIATESTSOFBOXKITED"
SECRET = "secret/of+the=tests"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}


class ObjectStore:
    """`with ObjectStore() as store: store.objects("prefix/")`."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boxkited-store-"))
        environment = {"PATH": os.environ["PATH"], "NODE_PATH": str(installed(SOURCE) / "node_modules")}
        self.certificate = Certificate(self.folder, "store")
        self.process = subprocess.Popen(
            [need("node"), SOURCE / "store.js", self.folder, KEY_ID, SECRET,
             self.certificate.certificate, self.certificate.key],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.port, self.tls_port = map(int, self.process.stdout.readline().split())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        shutil.rmtree(self.folder)

    def options(self, **more):
        """`prediction_log.ship` of a daemon that ships here."""
        return {"endpoint": f"http://127.0.0.1:{self.port}", "bucket": BUCKET, "region": REGION,
                "delay_minutes": 0, **more}

    def _control(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def fail(self, **fault):
        """From now on as store.js says; with nothing, not any more."""
        self._control("PUT", "/-/fault", json.dumps(fault))

    def requests(self, part=""):
        """Those whose path has `part` in it."""
        return [each for each in self._control("GET", "/-/requests") if part in each]

    def puts(self, part):
        return [each for each in self.requests(part) if each.startswith("PUT ")]

    def objects(self, part):
        """The objects whose keys have `part` in them, by key."""
        root = self.folder / BUCKET
        suffix = "._S3rver_object"
        return {key: file.read_bytes() for file in sorted(root.rglob("*" + suffix))
                for key in [str(file.relative_to(root)).removesuffix(suffix)] if part in key}

    def await_objects(self, part, count):
        await_true(lambda: len(self.objects(part)) >= count,
                   lambda: f"{count} objects; asked was {self.requests(part)}")
        return self.objects(part)
