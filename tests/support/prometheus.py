"""A real Prometheus for tests, of a folder and a port of its own."""

import contextlib
import http.client
import http.server
import json
import re
import threading
import urllib.parse

from support.daemon import PATIENCE, ROOT, await_true, parse_metrics, sample, total
from support.service import Service


def documented_query(contents):
    """The one query of docs/metrics.md that has these contents."""
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    queries = re.findall(r"```promql\n(.*?)```", page, re.S)
    (query,) = [each for each in queries if contents in each]
    return query


class Prometheus(Service):
    """`with Prometheus({"job": port}) as prometheus: prometheus.query("up")`.

    Each job is one target, scraped each second.
    """

    program = "prometheus"

    def __init__(self, jobs):
        super().__init__()
        self.targets = [(job, f"127.0.0.1:{port}") for job, port in jobs.items()]

    def config(self):
        return json.dumps({  # JSON is YAML.
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
            "scrape_configs": [{"job_name": job, "static_configs": [{"targets": [target]}]}
                               for job, target in self.targets]})

    def options(self):
        return [f"--storage.tsdb.path={self.folder / 'data'}"]

    def is_ready(self):
        """It scrapes all targets."""
        try:
            up = self.series("up == 1").pairs
        except OSError:
            return False
        return sorted((labels["job"], labels["instance"]) for labels, _ in up) == \
            sorted(self.targets)

    def request(self, path):
        with contextlib.closing(
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read().decode()
        if response.status == 503:
            raise ConnectionError("not ready yet")
        return body

    def get(self, path, **parameters):
        answer = json.loads(self.request(f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))
        assert answer["status"] == "success", answer
        return answer["data"]

    def metrics(self):
        """Its own."""
        return parse_metrics(self.request("/metrics"))

    def series(self, query):
        """What an instant query gives now."""
        return Series(self.get("query", query=query)["result"])

    def query(self, query):
        """The one number that a query gives; None when it gives nothing."""
        found = self.series(query).values
        assert len(found) <= 1, found
        return found[0] if found else None

    def await_scrapes(self, count, job):
        """Waits until so many more scrapes of each target are done."""
        query = f'min(count_over_time(up{{job="{job}"}}[10m]))'
        before = self.query(query) or 0
        await_true(lambda: (self.query(query) or 0) >= before + count, f"{count} scrapes")


SHIPPED = ROOT / "deploy" / "prometheus"


def replaced(text, replacements):
    """Text with each of these strings replaced; each is there."""
    for old, new in replacements.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


class ShippedPrometheus(Prometheus):
    """With the configuration and the rules of deploy/prometheus, only quicker.

    Replicas of one model, the job `diabetes` in the namespace `shop`, are scraped each second, and
    rules evaluated as often. What is called a window of 1h is `window`; alerts fire after a second.
    """

    def __init__(self, ports, window, alertmanager_port):
        super().__init__({})
        self.targets = [("diabetes", f"127.0.0.1:{port}") for port in ports]
        self.window = window
        self.alertmanager_port = alertmanager_port

    def config(self):
        rules = self.folder / "rules"
        rules.mkdir()
        for file in (SHIPPED / "rules").glob("*.yml"):
            text = file.read_text("utf-8").replace("[1h]", f"[{self.window}]")
            (rules / file.name).write_text(re.sub(r"(?m)^( +for:) \w+$", r"\1 1s", text), "utf-8")
        targets = ", ".join(target for _, target in self.targets)
        return replaced((SHIPPED / "prometheus.yml").read_text("utf-8"), {
            "scrape_interval: 15s": "scrape_interval: 1s",
            "evaluation_interval: 1m": "evaluation_interval: 1s",
            "['127.0.0.1:9093']": f"['127.0.0.1:{self.alertmanager_port}']",
            "['127.0.0.1:9810']": f"[{targets}]\n        labels: {{namespace: shop}}"})

    def rule_groups(self):
        return {group["name"]: group for group in self.get("rules")["groups"]}

    def await_evaluations(self, count):
        """Waits until so many evaluations of each group of rules, begun from now on, are done."""
        def begun():
            return {labels: value for (name, labels), value in self.metrics().items()
                    if name == "prometheus_rule_group_iterations_total"}

        # Counted is what has begun: an evaluation has ended when the next one begins.
        await_true(lambda: len(begun()) == len(self.rule_groups()), "all groups to begin")
        before = begun()
        for step in range(1, count + 2):
            await_true(lambda: all(value >= before[labels] + step
                                   for labels, value in begun().items()),
                       lambda: f"evaluation {step} of {count + 1}")

    def failed_evaluations(self):
        return total(self.metrics(), "prometheus_rule_evaluation_failures_total")


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
