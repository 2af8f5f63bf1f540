"""Drift as JSON for many who ask at once and do not read: memory stays bounded, a stop is in time."""

import json
import re
import socket
import time
import unittest

from support.daemon import Daemon, await_true

FEATURES = 300
CONNECTIONS = 60
REQUESTS = 10  # On each.
MEMORY_BYTES = 4 << 20
SHUTDOWN_MS = 4000
ASK = b"GET /v1/drift HTTP/1.1\r\nHost: localhost\r\n\r\n"


def baseline():
    lines = []
    for feature in range(FEATURES):
        name = f"feature_{feature}_value_baseline"
        lines += [f"# HELP {name} Baseline values for feature: feature_name_{feature}",
                  f"# TYPE {name} histogram"]
        lines += [f'{name}_bucket{{le="{bound}.0"}} {(bound + 1) * 10}' for bound in range(31)]
        lines += [f'{name}_bucket{{le="+Inf"}} 320', f"{name}_count 320", f"{name}_sum 1"]
    return "\n".join(lines) + "\n"


def most_resident(daemon):
    with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read()).group(1)) << 10


class ManyWhoDoNotRead(unittest.TestCase):
    def setUp(self):
        self.daemon = self.enterContext(Daemon(baseline=baseline(), config={
            "shutdown_timeout_ms": SHUTDOWN_MS,
            "limits": {"memory_bytes": MEMORY_BYTES, "body_bytes": 1 << 18},
            "prediction_log": {"enabled": False, "queue_bytes": 1 << 20},
            "drift": {"evaluation_interval_ms": 200},
        }))
        event = json.dumps({"features": [3] * FEATURES})
        self.daemon.predict_lines("\n".join([event] * 50))
        self.size = await_true(self.large_document, "an evaluation of what was sent")

    def large_document(self):
        document = self.daemon.get("/v1/drift")
        observed = document.json["variables"][0]["windows"]["10m"]["observations"]
        return len(document.body) if observed == 50 else None

    def ask(self):
        """Connections that have asked and do not read, once each has got the first of its answers."""
        connections = []
        for _ in range(CONNECTIONS):
            connection = self.enterContext(self.daemon.raw())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connections.append(connection)
        for connection in connections:
            connection.sendall(ASK * REQUESTS)
        for connection in connections:
            self.assertTrue(connection.recv(1, socket.MSG_PEEK))
        return connections

    def test_memory_is_bounded_and_readers_are_served_again(self):
        self.assertGreater(self.size, 200_000)
        before = most_resident(self.daemon)
        for connection in self.ask():
            connection.close()
        grown = most_resident(self.daemon) - before
        # Beyond the limit: the document itself, while it is made and sent.
        self.assertLess(grown, 4 * MEMORY_BYTES + 8 * self.size)

        def whole():
            answer = self.daemon.get("/v1/drift")
            return answer if answer.status == 200 else self.assertEqual(answer.status, 503)
        document = await_true(whole, "an answer").json
        self.assertEqual(len(document["variables"]), FEATURES)

    def test_a_stop_is_in_time(self):
        self.ask()
        started = time.monotonic()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertLess(time.monotonic() - started, SHUTDOWN_MS / 1000)


if __name__ == "__main__":
    unittest.main()
