"""A real Alertmanager for tests, and the webhook that it sends to."""

import http.client
import http.server
import json
import threading

from support.daemon import PATIENCE, ROOT
from support.prometheus import replaced
from support.service import Service


class Webhook:
    """`with Webhook() as webhook: ... webhook.alerts("firing")`."""

    def __enter__(self):
        self.messages = messages = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                messages.append(json.loads(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/alerts"

    def alerts(self, status, names):
        """Those of these names that came with this status, by fingerprint, as they came last."""
        return {alert["fingerprint"]: alert for message in list(self.messages)
                for alert in message["alerts"]
                if alert["status"] == status and alert["labels"]["alertname"] in names}


class Alertmanager(Service):
    """With the configuration of deploy/prometheus, only quicker; `url` is where alerts go."""

    program = "prometheus-alertmanager"

    def __init__(self, url):
        super().__init__()
        self.url = url

    def config(self):
        shipped = ROOT / "deploy" / "prometheus" / "alertmanager.yml"
        return replaced(shipped.read_text("utf-8"), {
            "http://127.0.0.1:8080/alerts": self.url,
            "group_wait: 30s": "group_wait: 1s",
            "group_interval: 5m": "group_interval: 1s"})

    def options(self):
        return [f"--storage.path={self.folder / 'data'}", "--cluster.listen-address="]

    def is_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/-/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
