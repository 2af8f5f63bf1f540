"""A real Prometheus for tests, of a folder and a port of its own."""

import contextlib
import http.client
import http.server
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import urllib.parse

from support.daemon import PATIENCE, ROOT, await_true, sample
from support.needs import need


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def documented_query(contents):
    """The one query of docs/metrics.md that has these contents."""
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    queries = re.findall(r"```promql\n(.*?)```", page, re.S)
    (query,) = [each for each in queries if contents in each]
    return query


class Prometheus:
    """`with Prometheus({"job": port}) as prometheus: prometheus.query("up")`.

    Each job is one target, scraped each second.
    """

    def __init__(self, jobs):
        self.binary = need("prometheus")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boxkited-test-"))
        self.jobs = jobs
        self.port = free_port()

    def __enter__(self):
        config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
                  "scrape_configs": [{"job_name": job, "static_configs": [
                      {"targets": [f"127.0.0.1:{port}"]}]} for job, port in self.jobs.items()]}
        file = self.folder / "prometheus.yml"
        file.write_text(json.dumps(config))  # JSON is YAML.
        self.log = open(self.folder / "log", "wb+")
        self.process = subprocess.Popen(
            [self.binary, f"--config.file={file}", f"--storage.tsdb.path={self.folder / 'data'}",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            await_true(self.is_scraping, self.said)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def said(self):
        self.log.seek(0)
        return f"a scraping Prometheus, which said {self.log.read().decode()}"

    def is_scraping(self):
        try:
            up = {labels["job"]: value for labels, value in self.series("up").pairs}
        except OSError:
            return False
        return up == dict.fromkeys(self.jobs, 1)

    def get(self, path, **parameters):
        with contextlib.closing(
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("GET", f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
            response = connection.getresponse()
            body = response.read()
        if response.status == 503:
            raise ConnectionError("not ready yet")
        answer = json.loads(body)
        assert answer["status"] == "success", answer
        return answer["data"]

    def series(self, query):
        """What an instant query gives now."""
        return Series(self.get("query", query=query)["result"])

    def query(self, query):
        """The one number that a query gives; None when it gives nothing."""
        found = self.series(query).values
        assert len(found) <= 1, found
        return found[0] if found else None

    def await_scrapes(self, count, job):
        """Waits until so many more scrapes are done."""
        query = f'count_over_time(up{{job="{job}"}}[10m])'
        before = self.query(query) or 0
        await_true(lambda: (self.query(query) or 0) >= before + count, f"{count} scrapes")


class Series:
    """What a query gives: pairs of labels and value."""

    def __init__(self, result):
        self.pairs = [(each["metric"], float(each["value"][1])) for each in result]

    @property
    def values(self):
        return [value for _, value in self.pairs]

    @property
    def samples(self):
        """As parse_metrics() gives them, without what Prometheus adds."""
        samples = {}
        for labels, value in self.pairs:
            name = labels["__name__"]
            own = {key: text for key, text in labels.items()
                   if key not in ("__name__", "job", "instance")}
            samples[sample(name, **own)] = value
        return samples


@contextlib.contextmanager
def as_text(daemon):
    """The port of a server that gives a daemon's /metrics as text 0.0.4, whatever is asked for."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            answer = daemon.get("/metrics", {"Accept": "text/plain;version=0.0.4"})
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
