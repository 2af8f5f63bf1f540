"""What docs/engines.md shows reads the log as /metrics counts it."""

import datetime
import pathlib
import re
import unittest

import pandas

from support.baselines import SMALL
from support.daemon import Daemon, sample
from support.documents import fences
from support.duckdb import rows

DOCUMENT = "docs/engines.md"
DOCUMENTED = "/var/lib/boxkited/models/predictions/iris"
DAY = datetime.date.today() - datetime.timedelta(days=2)
BOUNDS = (0.0, 10.0)

# Features in both shapes: ages that are numbers, texts, missing and beyond all bounds; colours with
# quotes, line ends and none; an event without any.
EVENTS = (
    [{"features": [age, colour, 1.0], "output": 0.5}
     for age in (-3, 0, 0.5, 10, 10.5, 1e300) for colour in ("red", "blue", 'a "b"\n\u2028c')]
    + [{"features": {"colour": colour, "grade": 2, "age": age}, "output": None}
       for age in ("7", "old", None, "Infinity", "-Infinity") for colour in ("red", None)]
    + [{"features": {"colour": "green"}, "metadata": {"a": [1]}}] * 3
)


def statements(shape):
    """Of the document, those for DuckDB of the two shapes, by what they begin with."""
    text = "".join(text for language, text in fences(DOCUMENT) if language == "sql")
    found = [each.strip() for each in text.split(";")][:4]
    view, buckets, bins, by_name = found
    return {"array": (view, buckets, bins), "object": (by_name,)}[shape]


class Engines(unittest.TestCase):
    def setUp(self):
        if self.id().endswith("by_name"):
            shape = "object"
        else:
            shape = "array"
        self.daemon = Daemon(baseline=SMALL,
                             config={"prediction_log": {"features": shape, "partition_minutes": 60},
                                     "identity": {"endpoint_id": "iris"}})
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None, None, None)
        for number, event in enumerate(EVENTS):
            time = datetime.datetime.combine(DAY, datetime.time(number % 24, number),
                                             datetime.timezone.utc)
            answer = self.daemon.predict({**event, "timestamp": time.isoformat()})
            self.assertEqual(answer.status, 202, answer.text)
        self.daemon.await_written(len(EVENTS))
        self.metrics = self.daemon.metrics()
        for file in self.daemon.log_files()[:3]:  # As it may be left by a crash, or be padded.
            with file.open("ab") as log:
                log.write(b'\n\n{"prediction_id":"ha')
        (self.daemon.log_files()[0].with_suffix(".txt.suspect")).write_text("suspect\n", "utf-8")

    def local(self, text):
        """A statement of the document, on this log."""
        folder = self.daemon.log_directory / "models" / "predictions" / "iris"
        return text.replace(DOCUMENTED, str(folder)).replace("2024-05-01", str(DAY))

    def buckets(self):
        return {bound: self.metrics[sample("feature_0_value_bucket", le=str(bound))]
                for bound in BOUNDS}

    def bins(self):
        return {dict(labels)["bin"]: count for (name, labels), count in self.metrics.items()
                if name == "feature_1_value_total" and count}

    def test_duckdb_counts_what_metrics_count(self):
        view, buckets, bins = map(self.local, statements("array"))

        self.assertEqual({row["bound"]: int(row["below"]) for row in rows(f"{view}; {buckets}")},
                         {str(bound): count for bound, count in self.buckets().items()})
        self.assertEqual({row["bin"]: int(row["events"]) for row in rows(f"{view}; {bins}")},
                         self.bins())
        (read,) = rows(f"{view}; SELECT count(*) AS events, min(created_at) AS first, "
                       "count(entity_id) AS ids, count(DISTINCT created_at) AS times, "
                       "count(metadata) AS metadata FROM predictions")
        self.assertEqual((int(read["events"]), int(read["ids"]), int(read["times"]),
                          int(read["metadata"])), (len(EVENTS),) * 3 + (3,))
        self.assertTrue(read["first"].startswith(str(DAY)), read)

    def test_duckdb_counts_what_metrics_count_by_name(self):
        (view,) = map(self.local, statements("object"))

        counted = rows(f"{view}; SELECT coalesce(colour ->> '$', 'nan') AS bin, "
                       "count(*) AS events FROM predictions_by_name GROUP BY bin")
        self.assertEqual({row["bin"]: int(row["events"]) for row in counted}, self.bins())
        (read,) = rows(f"{view}; SELECT count(*) FILTER "
                       "(TRY_CAST(age ->> '$' AS DOUBLE) <= 10) AS below FROM predictions_by_name")
        self.assertEqual(int(read["below"]), self.buckets()[10.0])

    def test_pandas_counts_what_metrics_count(self):
        code = self.local("".join(text for language, text in fences(DOCUMENT)
                                  if language == "python"))
        read = {}
        exec(compile(code, DOCUMENT, "exec"), read)  # pylint: disable=exec-used

        features = read["features"]
        self.assertEqual(len(read["log"]), len(EVENTS))
        ages = pandas.to_numeric(features[0], errors="coerce")
        self.assertEqual({bound: (ages <= bound).sum() for bound in BOUNDS}, self.buckets())
        self.assertEqual(features[1].fillna("nan").value_counts().to_dict(), self.bins())
        self.assertEqual(set(features.index.date), {DAY})


class Document(unittest.TestCase):
    def test_all_statements_read_what_the_format_has(self):
        """Each schema names every member of a line."""
        format_text = (pathlib.Path(__file__).resolve().parents[2] / "docs" /
                       "prediction-log-format.md").read_text("utf-8")
        members = re.findall(r"^\| `(\w+)` \|", format_text, re.M)
        self.assertEqual(len(members), 9)
        schemas = [text for language, text in fences(DOCUMENT) if "CREATE" in text or "LOAD" in text]
        schemas = [text for text in schemas if "by_name" not in text]
        self.assertEqual(len(schemas), 4)
        for text in schemas:
            for member in members:
                with self.subTest(text.split("(")[0], member=member):
                    self.assertRegex(text, rf"\b{member}\b")


if __name__ == "__main__":
    unittest.main()
