"""Drift by its definitions, and what a daemon says of it."""

import math
from datetime import datetime, timezone

from support.daemon import await_true

# Drift is judged ten times a second.
OFTEN = {"drift": {"evaluation_interval_ms": 100}}


def psi(baseline, live):
    """Of two lists of counts; each share is at least 0.0001."""
    p, q = ([max(count / sum(side), 0.0001) for count in side] for side in (baseline, live))
    return sum((a - b) * math.log(a / b) for a, b in zip(p, q))


def kl(baseline, live):
    """Of two lists of counts, each raised by one."""
    p, q = ([(count + 1) / (sum(side) + len(side)) for count in side] for side in (baseline, live))
    return sum((a - b) * math.log(a / b) for a, b in zip(p, q))


def ks(baseline, live):
    """Of two lists of counts of buckets; the last one is `+Inf`."""
    return max(abs(sum(baseline[:i]) / sum(baseline) - sum(live[:i]) / sum(live))
               for i in range(1, len(baseline)))


def judged(daemon):
    """/v1/drift of an evaluation that began after this call."""
    now = datetime.now(timezone.utc).isoformat()

    def later():
        document = daemon.get("/v1/drift").json
        return document if document["evaluated_at"] > now else None  # Both to the microsecond.
    return await_true(later, "an evaluation")


def verdicts(document, window="all"):
    """By feature name."""
    return {variable["feature_name"]: variable["windows"][window]["verdict"]
            for variable in document["variables"]}


def of_feature(document, name, window="all"):
    (found,) = [variable for variable in document["variables"] if variable["feature_name"] == name]
    return found["windows"][window]
