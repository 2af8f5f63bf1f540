"""P6 to P8: many events at once, against simdjson alone, and what the textbook would have."""

from __future__ import annotations

from collections.abc import Iterator

from bench.bodies import baseline_file, events_file
from bench.conversation import DecodeAlone, LoadClient
from bench.measure import Measure
from bench.servers import Nginx, OurDaemon, Textbook
from bench.setting import Bench
from bench.slices import (NONE, Bounds, at_least, bytes_and_cpu, decoding, interleave, lines_to,
                          requests_to, speed_and_cpu)

ROWS = ("P6", "P7", "P8")
LINES = {"path": "/v1/predictions", "content_type": "application/x-ndjson", "connections": 4}
# So long that what waits in the queue at the end is little beside what was sent.
SLICE = {"seconds": 0.8}
# Bounds what the run leaves on the disk until its end.
SHORT_LOG = {"prediction_log": {"partition_minutes": 1, "open_partitions": 1,
                                "retention_bytes": 1 << 30}}
JSON = {"path": "/v1/predictions", "content_type": "application/json"}


def measure(bench: Bench) -> Iterator[Measure]:
    if bench.wants("P6") or bench.wants("P7"):
        yield from _against_simdjson(bench, 10, 1000, at_least(0.33, 0.5), at_least(0.4, 0.55))
        yield from _against_simdjson(bench, 100, 100, at_least(0.6, 0.85), NONE)
    if bench.wants("P8"):
        yield from _against_textbook(bench)


def _against_simdjson(bench: Bench, features: int, batch: int, speed: Bounds,
                      stream_speed: Bounds) -> list[Measure]:
    """Beside it nginx, that reads the same bodies and no more."""
    events = events_file(bench, features)
    bodies = {"bodies": str(events), "events": batch, **LINES}
    with (OurDaemon(bench, baseline_file(bench, features), SHORT_LOG) as daemon,
          Nginx(bench) as nginx, DecodeAlone(bench, events, batch) as simdjson,
          LoadClient(bench) as client):
        visits = interleave(
            [requests_to(client, "batches", daemon, daemon.tcp, SLICE, may_refuse=True, **bodies),
             lines_to(client, "stream", daemon, events, SLICE["seconds"]),
             decoding(simdjson, "simdjson"),
             requests_to(client, "nginx", nginx, nginx.tcp, **{**bodies, "path": "/read"})],
            bench.rounds)
    what = f"batches of {batch} × {features} features"
    alone = visits["simdjson"]
    return [*bytes_and_cpu("P6", f"{what} ÷ simdjson alone", visits["batches"], alone, speed),
            *bytes_and_cpu("P6", f"{what} ÷ nginx that reads them", visits["batches"],
                           visits["nginx"], NONE),
            Measure("P6", f"{what}: refused, since the disk takes less than is sent",
                    [100 * visit.refused for visit in visits["batches"]], *NONE, unit="%"),
            *bytes_and_cpu("P7", f"raw stream, {features} features ÷ simdjson alone",
                           visits["stream"], alone, stream_speed)]


def _against_textbook(bench: Bench) -> Iterator[Measure]:
    baseline = baseline_file(bench, 10)
    events = str(events_file(bench, 10))
    forms = {"single": {"bodies": events, **JSON},
             "batches of 100": {"bodies": events, "events": 100, "may_refuse": True, **LINES}}
    needed = {"single": at_least(2, 3), "batches of 100": at_least(10, 20)}
    with (OurDaemon(bench, baseline) as daemon, Textbook(bench, baseline) as textbook,
          LoadClient(bench) as client):
        for name, form in forms.items():
            visits = interleave(
                [requests_to(client, f"ours {name}", daemon, daemon.tcp, **form),
                 requests_to(client, f"textbook {name}", textbook, textbook.tcp, **form)],
                bench.rounds)
            yield from speed_and_cpu("P8", f"{name} ÷ the textbook's stack",
                                     visits[f"ours {name}"], visits[f"textbook {name}"],
                                     needed[name])
