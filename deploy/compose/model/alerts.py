"""Where Alertmanager sends alerts in this example: alerts.py ADDRESS prints them."""

import http.server
import json
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for alert in message["alerts"]:
            print(f"{alert['status']}: {alert['labels']['alertname']}: "
                  f"{alert['annotations']['summary']}", flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    host, _, port = sys.argv[1].rpartition(":")
    print(f"alerts come to {sys.argv[1]}", flush=True)
    http.server.ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
