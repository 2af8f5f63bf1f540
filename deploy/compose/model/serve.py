"""Serves the model: serve.py MODEL ADDRESS BOXKITED

    POST /predict {"age": 61, "sex": "female", "bmi": 27.5, "blood_pressure": 95, "glucose": 120}

answers `{"prediction": 141.2}`, and tells boxkited at the address BOXKITED of it. That is all that
a model server does for boxkited: an event on a queue, and a thread that posts what is on it. When
boxkited is away, predictions go on and their events are dropped.
"""

import http.client
import http.server
import json
import pathlib
import queue
import sys
import threading

import linear

KNOWN = ("age", "sex", "bmi", "blood_pressure", "glucose")


class Monitor:
    """Sends events in batches, off the way of the answers."""

    MOST_WAITING = 10_000
    MOST_IN_BATCH = 500

    def __init__(self, address):
        self.address = address
        self.waiting = queue.Queue(self.MOST_WAITING)
        threading.Thread(target=self.send_all, daemon=True).start()

    def observe(self, features, output):
        try:
            self.waiting.put_nowait({"features": features, "output": output})
        except queue.Full:
            pass

    def send_all(self):
        while True:
            batch = [self.waiting.get()]
            while len(batch) < self.MOST_IN_BATCH and not self.waiting.empty():
                batch.append(self.waiting.get())
            try:
                self.send(batch)
            except (OSError, http.client.HTTPException) as error:
                print(f"{len(batch)} events dropped: {error}", flush=True)

    def send(self, batch):
        connection = http.client.HTTPConnection(self.address, timeout=5)
        try:
            connection.request("POST", "/v1/predictions", json.dumps(batch),
                               {"Content-Type": "application/json"})
            response = connection.getresponse()
            body = response.read().decode()
        finally:
            connection.close()
        if response.status != 202:
            print(f"{len(batch)} events refused: {body}", flush=True)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Header and body are two writes.

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/predict":
            self.answer(404, {"error": "there is only /predict"})
            return
        try:
            person = json.loads(body)
            features = {name: person[name] for name in KNOWN}
            prediction = round(linear.predict(self.server.weights, features), 3)
        except (ValueError, KeyError, TypeError) as error:
            self.answer(400, {"error": f"expected an object with {', '.join(KNOWN)}: {error!r}"})
            return
        self.answer(200, {"prediction": prediction})
        self.server.monitor.observe(features, prediction)

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(model, address, boxkited):
    host, _, port = address.rpartition(":")
    server = http.server.ThreadingHTTPServer((host, int(port)), Handler)
    server.weights = json.loads(pathlib.Path(model).read_text("utf-8"))["weights"]
    server.monitor = Monitor(boxkited)
    print(f"serving on {address}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
