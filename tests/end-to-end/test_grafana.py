"""deploy/grafana: its dashboard is well made, and Prometheus has data for all that it asks."""

import csv
import itertools
import json
import math
import re
import time
import unittest

from support import drift
from support.daemon import GOLDEN, ROOT, Daemon
from support.prometheus import ShippedPrometheus
from support.service import free_port

FOLDER = ROOT / "deploy" / "grafana"
DASHBOARD = json.loads((FOLDER / "dashboards" / "boxkited.json").read_text("utf-8"))
PANELS = DASHBOARD["panels"]
SHOWING = [panel for panel in PANELS if panel["type"] != "row"]
VARIABLES = DASHBOARD["templating"]["list"]
BY_VARIABLE = {"type": "prometheus", "uid": "${datasource}"}


def targets():
    """Each with its panel."""
    return [(panel, target) for panel in SHOWING for target in panel["targets"]]


def cells(panel):
    place = panel["gridPos"]
    return set(itertools.product(range(place["x"], place["x"] + place["w"]),
                                 range(place["y"], place["y"] + place["h"])))


def organized(panel):
    """Fields of a panel with transformations: as queried -> as shown."""
    (names,) = [each["options"]["renameByName"] for each in panel["transformations"]
                if each["id"] == "organize"]
    return names


class Structure(unittest.TestCase):
    def test_the_dashboard_is_of_a_current_kind_and_found_by_a_fixed_id(self):
        self.assertGreaterEqual(DASHBOARD["schemaVersion"], 39)
        self.assertEqual(DASHBOARD["uid"], "boxkited")
        self.assertIsNone(DASHBOARD["id"])
        self.assertEqual({panel["type"] for panel in PANELS} - {
            "row", "timeseries", "barchart", "bargauge", "stat", "table", "heatmap"}, set())

    def test_data_comes_from_the_source_that_the_reader_chose(self):
        self.assertEqual((VARIABLES[0]["name"], VARIABLES[0]["type"], VARIABLES[0]["query"]),
                         ("datasource", "datasource", "prometheus"))
        for each in [*VARIABLES[1:], *SHOWING, *(target for _, target in targets())]:
            self.assertEqual(each["datasource"], BY_VARIABLE)
        self.assertEqual(set(re.findall(r'"uid": "([^"]*)"', json.dumps(DASHBOARD))),
                         {"${datasource}", "boxkited"})

    def test_panels_have_ids_of_their_own_and_do_not_overlap(self):
        ids = [panel["id"] for panel in PANELS]
        self.assertEqual(len(ids), len(set(ids)))
        taken = set()
        for panel in PANELS:
            self.assertTrue(taken.isdisjoint(cells(panel)), panel["title"])
            taken |= cells(panel)
        self.assertEqual({x for x, _ in taken}, set(range(24)))

    def test_each_panel_says_what_it_shows_and_in_what_unit(self):
        for panel in SHOWING:
            with self.subTest(panel["title"]):
                self.assertRegex(panel["description"], r"^[A-Z][^\n]*[^.]\.$")
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertEqual(len({target["refId"] for target in panel["targets"]}),
                                 len(panel["targets"]))

    def test_transformed_fields_are_those_of_the_queries(self):
        tables = [panel for panel in SHOWING if panel["type"] in ("barchart", "table")]
        self.assertEqual(len(tables), 4)
        for panel in tables:
            with self.subTest(panel["title"]):
                names = organized(panel)
                queried = {f"Value #{target['refId']}" for target in panel["targets"]}
                self.assertEqual(queried | {list(names)[0]}, set(names))
                self.assertEqual({(target["format"], target["instant"])
                                  for target in panel["targets"]}, {("table", True)})
                used = {each["matcher"]["options"] for each in panel["fieldConfig"]["overrides"]}
                used |= {each["displayName"] for each in panel["options"].get("sortBy", [])}
                used |= {panel["options"].get("xField", "Feature")}
                self.assertEqual(used - set(names.values()), set())

    def test_provisioning_names_what_grafana_asks_for(self):
        sources, dashboards = [(FOLDER / "provisioning" / name).read_text("utf-8") for name in
                               ("datasources/prometheus.yml", "dashboards/boxkited.yml")]
        for text, wanted in ((sources, ("apiVersion: 1", "datasources:", "type: prometheus",
                                        "url: http://")),
                             (dashboards, ("apiVersion: 1", "providers:", "type: file",
                                           "path: /"))):
            for part in wanted:
                self.assertRegex(text, rf"(?m)^ *(- )?{re.escape(part)}")


class Data(unittest.TestCase):
    """Of two replicas of a model that has drifted a little, and refused something."""

    BUILT_IN = {"__rate_interval": "1m", "__interval": "15s", "__range": "6h"}

    @classmethod
    def setUpClass(cls):
        cls.replicas = [cls.enterClassContext(Daemon(
            baseline=GOLDEN / "diabetes" / "histogram.prom",
            config={**drift.OFTEN, "identity": {"replica_id": name}})) for name in ("a", "b")]
        cls.prometheus = cls.enterClassContext(ShippedPrometheus(
            [replica.port for replica in cls.replicas], "5m", free_port()))
        cls.prometheus.await_evaluations(1)
        cls.replay()
        cls.prometheus.await_scrapes(2, "diabetes")
        cls.prometheus.await_evaluations(2)
        cls.values = cls.values_of_variables()

    @classmethod
    def replay(cls):
        with open(GOLDEN / "diabetes" / "train.csv", encoding="utf-8", newline="") as file:
            rows = [[float(value) for value in row] for row in list(csv.reader(file))[1:]]
        body = "\n".join(json.dumps({"features": row[:-1], "output": row[-1]}) for row in rows)
        for replica in cls.replicas:
            assert replica.predict_lines(body).status == 202
            assert replica.predict({"features": [None, "other", 1e9]}).status == 202
            assert replica.predict({"features": 1}).status == 400

    @classmethod
    def filled(cls, text, values):
        def value(match):
            return {**cls.BUILT_IN, **values}[match.group(1) or match.group(2)]
        return re.sub(r"\$(\w+)|\$\{(\w+)\}", value, text)

    @classmethod
    def values_of_variables(cls):
        """What a reader sees who opens the dashboard; `choices` is what each can be set to."""
        values, cls.choices = {}, {}
        for variable in VARIABLES[1:]:
            name = variable["name"]
            selector, label = re.fullmatch(r"label_values\((.+), (\w+)\)",
                                           variable["query"]["query"]).groups()
            assert variable["query"]["query"] == variable["definition"]
            cls.choices[name] = cls.prometheus.get(
                f"label/{label}/values", **{"match[]": cls.filled(selector, values)})
            default = variable["current"].get("value")
            if default == "$__all":
                values[name] = variable["allValue"]
            else:
                values[name] = default or cls.choices[name][0]
        return values

    def answers(self, target):
        """Samples of a query as Grafana asks it: labels -> numbers."""
        query = self.filled(target["expr"], self.values)
        if target["instant"]:
            result = self.prometheus.get("query", query=query)["result"]
            return {tuple(sorted(each["metric"].items())): [float(each["value"][1])]
                    for each in result}
        now = time.time()
        result = self.prometheus.get("query_range", query=query, start=now - 10, end=now,
                                     step=1)["result"]
        return {tuple(sorted(each["metric"].items())): [float(value) for _, value in each["values"]]
                for each in result}

    def test_variables_offer_what_there_is(self):
        continuous = ["age", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
        self.assertEqual(self.choices["namespace"], ["shop"])
        self.assertEqual(self.choices["job"], ["diabetes"])
        self.assertEqual(self.choices["discrete"], ["sex"])
        self.assertEqual(self.choices["continuous"], continuous)
        for name in ("window", "statistic"):
            self.assertIn(self.values[name], self.choices[name])

    def test_each_query_has_data(self):
        self.assertGreater(len(targets()), 30)
        for panel, target in targets():
            with self.subTest(panel["title"], query=target["expr"]):
                numbers = [number for series in self.answers(target).values() for number in series]
                self.assertTrue(any(map(math.isfinite, numbers)), numbers)

    def test_each_family_is_there_but_for_what_never_happened(self):
        asked = {name for _, target in targets() for name in
                 re.findall(r"\b(?:model:)?(?:boxkited?|process)_\w+(?::\w+)?", target["expr"])}
        self.assertGreater(len(asked), 20)
        there = set(self.prometheus.get("label/__name__/values"))
        self.assertEqual(asked - there, {"boxkited_log_errors_total"})

    def test_bars_are_shares_of_the_same_bins(self):
        for panel in SHOWING:
            if panel["type"] == "barchart":
                with self.subTest(panel["title"]):
                    training, production = [self.answers(target) for target in panel["targets"]]
                    self.assertEqual(set(training), set(production))
                    for side in (training, production):
                        self.assertAlmostEqual(sum(share for (share,) in side.values()), 1)
                    for labels in training:
                        if dict(labels)["bin"] != "+Inf":
                            self.assertEqual(dict(labels).get("order", dict(labels)["bin"]),
                                             dict(labels)["bin"])

    def test_the_table_has_a_row_for_each_variable(self):
        (table,) = [panel for panel in SHOWING if panel["type"] == "table"]
        columns = {organized(table)[f"Value #{target['refId']}"]: self.answers(target)
                   for target in table["targets"]}
        rows = {(("feature_name", name),)
                for name in (*self.choices["discrete"], *self.choices["continuous"], "inference")}
        self.assertEqual(set(columns["K-S"]), rows - {(("feature_name", "sex"),)})
        for name in set(columns) - {"K-S"}:
            with self.subTest(name):
                self.assertEqual(set(columns[name]), rows)


if __name__ == "__main__":
    unittest.main()
