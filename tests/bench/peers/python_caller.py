#!/usr/bin/python3
"""What a Python model server pays for each prediction that it lets be watched.

    python_caller.py boxkite FLUENTD EVENTS.ndjson HISTOGRAM.prom
    python_caller.py lazy SOCKET EVENTS.ndjson
    python_caller.py batches SOCKET EVENTS.ndjson

`boxkite` is a model of Boxkite's log_prediction(), for Boxkite is no package of Debian: the same
work with the same libraries, prometheus_client for each feature and fluent-logger for the log.
`lazy` posts each event to boxkited and reads answers when many of them have come; `batches` posts a
hundred at once.

Reads seconds from standard input, a line each, calls for so long, and says what that cost.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import socket
import sys
import time
import uuid

from fluent.asyncsender import FluentSender
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.parser import text_fd_to_metric_families


@dataclasses.dataclass(frozen=True)
class Prediction:
    features: list
    output: float
    request_body: str
    server_id: str
    entity_id: uuid.UUID
    created_at: datetime.datetime


class BoxkiteModel:
    def __init__(self, address: str, baseline: str):
        self._registry = CollectorRegistry()
        with open(baseline, encoding="utf-8") as text:
            histograms = {family.name: self._histogram(family)
                          for family in text_fd_to_metric_families(text)}
        self._output = histograms.pop("inference_value_baseline")
        self._features = list(histograms.values())
        host, port = address.split(":")
        self._sender = FluentSender("models.predictions.endpoint.pod", host=host, port=int(port),
                                    queue_circular=True)

    def _histogram(self, family) -> Histogram:
        bounds = [sample.labels["le"] for sample in family.samples if "le" in sample.labels]
        return Histogram(family.name.removesuffix("_baseline"), family.documentation,
                         buckets=list(map(float, bounds)), registry=self._registry)

    def log_prediction(self, request_body: str, features: list, output: float) -> str:
        now = datetime.datetime.now(datetime.timezone.utc)
        prediction = Prediction(features, output, request_body, "server", uuid.uuid4(), now)
        seconds = int(now.timestamp())
        record = dataclasses.asdict(prediction)
        record.update(entity_id=str(prediction.entity_id), created_at=seconds)
        self._sender.emit_with_time(None, seconds, record)
        self._output.observe(output)
        for histogram, value in zip(self._features, features):
            histogram.observe(value)
        return f"server/{now:%Y-%m-%dT%H:%M:%S}/{prediction.entity_id}"

    def finish(self) -> None:
        pass


class Client:
    """Posts over a Unix socket, and reads answers when `at_most` are still to come."""

    def __init__(self, path: str, content_type: str, at_most: int):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._head = ("POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\n"
                      f"Content-Type: {content_type}\r\nContent-Length: ")
        self._at_most = at_most
        self._unanswered = 0

    def post(self, body: str) -> None:
        data = body.encode()
        self._socket.sendall(f"{self._head}{len(data)}\r\n\r\n".encode() + data)
        self._unanswered += 1
        while self._unanswered >= self._at_most:
            self._read()

    def finish(self) -> None:
        while self._unanswered:
            self._read()

    def _read(self) -> None:
        text = self._socket.recv(1 << 16)
        # An answer comes whole, since the daemon writes it by one call.
        answers = text.count(b"HTTP/1.1 202 ")
        if not answers:
            raise RuntimeError(f"not accepted: {text[:200]!r}")
        self._unanswered -= answers


def event_text(request_body: str, features: list, output: float) -> str:
    return json.dumps({"features": features, "output": output, "request_body": request_body})


class LazyCaller:
    def __init__(self, path: str):
        self._client = Client(path, "application/json", 64)

    def log_prediction(self, request_body: str, features: list, output: float) -> None:
        self._client.post(event_text(request_body, features, output))

    def finish(self) -> None:
        self._client.finish()


class BatchCaller:
    def __init__(self, path: str):
        self._client = Client(path, "application/x-ndjson", 2)
        self._lines: list[str] = []

    def log_prediction(self, request_body: str, features: list, output: float) -> None:
        self._lines.append(event_text(request_body, features, output))
        if len(self._lines) == 100:
            self._send()

    def finish(self) -> None:
        if self._lines:
            self._send()
        self._client.finish()

    def _send(self) -> None:
        self._client.post("\n".join(self._lines))
        self._lines.clear()


def call_for(seconds: float, caller, events: list) -> dict:
    begin, cpu_begin = time.monotonic(), time.process_time()
    count = 0
    while time.monotonic() - begin < seconds:
        for event in events[count % len(events):][:100]:
            caller.log_prediction(event["request_body"], event["features"], event["output"])
            count += 1
    caller.finish()
    return {"events": count, "cpu_seconds": time.process_time() - cpu_begin}


def main() -> None:
    kind, where, events_file, *baseline = sys.argv[1:]
    kinds = {"boxkite": BoxkiteModel, "lazy": LazyCaller, "batches": BatchCaller}
    caller = kinds[kind](where, *baseline)
    with open(events_file, encoding="utf-8") as lines:
        events = [json.loads(line) for line in lines]
    for seconds in sys.stdin:
        print(json.dumps(call_for(float(seconds), caller, events)), flush=True)
    # Without waiting for threads of a sender that may have lost its server.
    os._exit(0)


if __name__ == "__main__":
    main()
