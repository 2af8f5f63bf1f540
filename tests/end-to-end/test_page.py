"""The drift page in a real browser: it shows what /v1/drift says, and stays usable."""

import json
import tempfile
import unittest
from pathlib import Path

from support.browser import Browser
from support.daemon import ROOT, Daemon, run
from support.drift import OFTEN, judged, of_feature

DEMO = ROOT / "config" / "demo"
EVENTS = (DEMO / "events.ndjson").read_bytes()
HOSTILE = ["<script>window.pwned=1</script>", "\"><img src=x onerror=window.pwned=1>",
           "</script><script>window.pwned=1</script>", "{{policy}}", "a&amp;b#feature=c"]
ROW = ".variables a[title=s2]"
VERDICTS = {"drifted": "drifted", "stable": "stable", "insufficient_data": "too little data"}


def demo(**config):
    return Daemon(DEMO / "histogram.prom", config={**OFTEN, **config})


def counters(names, bins=("a", "b")):
    """A baseline of discrete features with as many values in each bin."""
    def escaped(text):
        return text.replace("\\", "\\\\").replace("\n", "\\n")

    def sample(i, each):
        label = escaped(each).replace('"', '\\"')
        return f'feature_{i}_value_baseline_total{{bin="{label}"}} 500.0\n'
    return "".join(
        f"# HELP feature_{i}_value_baseline_total Baseline values for feature: {escaped(name)}\n"
        f"# TYPE feature_{i}_value_baseline_total counter\n"
        + "".join(sample(i, each) for each in bins)
        for i, name in enumerate(names))


def lines(*values, times=1):
    """Events of one row of features, again and again."""
    return (json.dumps({"features": list(values)}) + "\n").encode() * times


def score_text(score):
    if score is None:
        return "–"
    return "0" if score == 0 else f"{score:.4f}"


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = cls.enterClassContext(Browser())

    def setUp(self):
        self.page.call("setViewportSize", {"width": 1280, "height": 900})
        self.page.call("emulateMedia", {"colorScheme": "light"})
        self.page.call("forget")

    def tearDown(self):
        self.page.call("goto", "about:blank")

    def show(self, daemon, fragment=""):
        self.url = f"http://127.0.0.1:{daemon.port}/"
        self.page.open(self.url + fragment)
        self.page.wait("document.querySelector('.card')")

    def rows(self):
        return self.page.evaluate(
            "[...document.querySelectorAll('.variables tbody tr:not(.gap)')].map((row) =>"
            " Object.fromEntries([...row.cells].map((each) => [each.classList[0],"
            " each.innerText.trim()])))")

    def names(self):
        return [row["name"] for row in self.rows()]

    def assert_no_trouble(self):
        seen = self.page.call("seen")
        self.assertEqual(seen["errors"], [])
        self.assertEqual({url for url in seen["requests"] if not url.startswith(
            (self.url, "about:", "data:"))}, set())

    def expected(self, variables):
        """The rows of these variables, each with its values in one window."""
        return [(name, VERDICTS[each["verdict"]], f"{score_text(each['score'])}\n{each['statistic']}",
                 f"{each['observations']:,}") for name, each in variables]

    def shown(self):
        return [(row["name"], row["verdict"], row["score"], row["observations"])
                for row in self.rows()]

    def of_window(self, document, window):
        variables = [(each["feature_name"], each["windows"][window])
                     for each in document["variables"]]
        return sorted(variables, key=lambda each: -(each[1]["severity"] or 0))

    # ---- The overview ----

    def test_it_shows_the_numbers_of_v1_drift_and_asks_no_other_host(self):
        with demo() as daemon:
            daemon.predict_lines(EVENTS)
            document = judged(daemon)
            self.show(daemon)
            self.assertEqual(self.shown(), self.expected(self.of_window(document, "10m")))
            cards = "\n".join(self.page.texts(".card"))
            share = document["windows"][0]["share"]
            self.assertIn(f"{round(share * 11)} of 11 drifted", cards)
            self.assertIn(f"{share:.1%} of variables", cards)
            self.assertIn("500 since the start", cards)
            self.assertIn("healthy", cards)
            self.assertIn("histogram.prom", cards)
            self.assertEqual(self.page.evaluate("document.querySelectorAll('svg.small').length"), 11)
            self.assert_no_trouble()

    def test_sorting_and_filtering(self):
        with demo() as daemon:
            daemon.predict_lines(EVENTS)
            names = [name for name, _ in self.of_window(judged(daemon), "10m")]
            self.show(daemon)
            self.page.call("click", "th.name button")
            self.assertEqual(self.names(), sorted(names))
            self.assertEqual(self.page.call("getAttribute", "th.name", "aria-sort"), "ascending")
            self.page.call("keyboard.press", "Enter")  # The button has kept the keyboard.
            self.assertEqual(self.names(), sorted(names, reverse=True))
            self.page.call("fill", "input[type=search]", "S")
            self.assertEqual(set(self.names()), {name for name in names if "s" in name})
            self.page.call("selectOption", "select", "drifted")
            drifted = {row["name"] for row in self.rows()}
            self.assertTrue(drifted)
            self.assertEqual({row["verdict"] for row in self.rows()}, {"drifted"})
            self.assertEqual(self.page.text(".found"), f"{len(drifted)} of 11 variables")

    def test_another_window(self):
        with demo(drift={**OFTEN["drift"], "windows": ["10m", "1s"]}) as daemon:
            daemon.predict_lines(EVENTS)
            self.show(daemon, "#window=1s")
            self.page.wait("document.querySelector('.card').innerText.includes('no verdict')")
            self.assertEqual({row["observations"] for row in self.rows()}, {"0"})
            self.page.call("click", "text=10m")
            self.page.wait("document.querySelector('.card').innerText.includes('of 11 drifted')")
            self.assertEqual({row["observations"] for row in self.rows()}, {"500"})
            self.assertEqual(self.page.evaluate("location.hash"), "#window=10m")
            self.page.open(self.url + "#window=7m")
            self.page.wait("document.querySelector('#notice').innerText.includes('7m')")
            self.assertEqual(len(self.rows()), 11)

    def test_a_thousand_variables_are_drawn_as_they_are_needed(self):
        names = [f"number {i:04}" for i in range(1000)]
        with Daemon(counters(names), config=OFTEN) as daemon:
            daemon.predict_lines(lines(*["a"] * 1000, times=250))
            judged(daemon)
            self.show(daemon)
            self.assertLess(len(self.rows()), 60)
            self.page.call("click", "th.name button")
            self.assertEqual(self.names()[0], names[0])
            # What a step costs is the rows that it draws, wherever it ends.
            most = self.page.evaluate("""(async () => {
                let most = 0;
                for (let y = 0; y < document.body.scrollHeight; y += 1500) {
                    scrollTo(0, y);
                    dispatchEvent(new Event("scroll"));
                    await new Promise(requestAnimationFrame);
                    most = Math.max(most, document.querySelectorAll(".variables tr").length);
                }
                scrollTo(0, document.body.scrollHeight);
                return most;
            })()""")
            self.page.wait("document.querySelector('.variables').innerText.includes('number 0999')")
            self.assertLess(len(self.rows()), 60)
            self.assertTrue(20 < most < 64, most)

    # ---- A feature ----

    def test_a_feature_has_its_distributions_curves_scores_and_bins(self):
        with demo() as daemon:
            daemon.predict_lines(EVENTS)
            s2 = of_feature(judged(daemon), "s2", "10m")
            self.show(daemon)
            self.page.call("click", ROW)
            self.page.wait("document.querySelector('#feature').dataset.drawn")
            self.assertEqual(self.page.evaluate("location.hash"), "#feature=s2")
            self.assertEqual(self.page.text("#feature h2"), "s2")
            self.assertTrue(self.page.evaluate("document.activeElement.matches('#feature h2')"))
            self.assertIn(f"K-S {s2['scores']['ks']:.4f}", self.page.text(".cumulative"))
            self.assertIn("the threshold, 0.2", self.page.text(".history"))
            self.assertEqual(self.page.evaluate("document.querySelectorAll('.panel canvas').length"), 2)
            contributions = self.page.texts(".bins .contribution")
            self.assertEqual([text.split()[0] for text in contributions],
                             [score_text(each["contribution"]) for each in s2["bins"]])
            facts = self.page.text(".facts")
            for statistic, score in s2["scores"].items():
                self.assertRegex(facts, rf"{statistic}\s+{score:.4f}")
            self.assert_no_trouble()

    def test_a_click_that_takes_its_time_is_of_the_row_it_began_on(self):
        with demo() as daemon:
            daemon.predict_lines(EVENTS)
            judged(daemon)
            self.show(daemon)
            self.page.call("hover", ROW)
            self.page.call("mouse.down")
            shown = self.page.text("#freshness")
            self.page.wait(f"document.querySelector('#freshness').innerText !== {json.dumps(shown)}")
            self.page.call("mouse.up")
            self.page.wait("location.hash === '#feature=s2'")

    def test_scores_are_of_the_variable_that_is_shown_or_of_none(self):
        with demo() as daemon:
            daemon.predict_lines(EVENTS)
            judged(daemon)
            self.show(daemon, "#feature=s2")
            self.page.wait("document.querySelector('.history canvas')")
            with daemon.paused():
                self.page.evaluate("location.hash = '#feature=s4'")
                self.page.wait("document.querySelector('#feature h2').innerText === 's4'")
                self.assertEqual(
                    self.page.evaluate("document.querySelector('.history .content').innerHTML"), "")
                self.assertIn("K-S", self.page.text(".cumulative"))
            self.page.wait("document.querySelector('.history canvas')")

    def test_buckets_are_as_wide_as_they_are_and_as_high_as_they_are_full(self):
        baseline = """\
# HELP feature_0_value_baseline Baseline values for feature: uneven
# TYPE feature_0_value_baseline histogram
feature_0_value_baseline_bucket{le="0.0"} 0.0
feature_0_value_baseline_bucket{le="1.0"} 100.0
feature_0_value_baseline_bucket{le="2.0"} 200.0
feature_0_value_baseline_bucket{le="6.0"} 400.0
feature_0_value_baseline_bucket{le="+Inf"} 400.0
feature_0_value_baseline_count 400.0
feature_0_value_baseline_sum 1000.0
"""
        with Daemon(baseline, config=OFTEN) as daemon:
            daemon.predict_lines(lines(0.5, times=250))
            judged(daemon)
            self.show(daemon, "#feature=uneven")
            self.page.wait("document.querySelector('#feature').dataset.drawn")
            path = self.page.call("getAttribute", ".large path.baseline", "d")
        bars = [[float(number) for number in bar.replace("V", " ").replace("H", " ").split()]
                for bar in path.split("M")[1:]]  # x0 y0 top x1 y0
        widths = [x1 - x0 for x0, _, _, x1, _ in bars]
        heights = [floor - top for _, floor, top, _, _ in bars]
        self.assertAlmostEqual(widths[3] / widths[1], 4, places=1)
        self.assertAlmostEqual(widths[2] / widths[1], 1, places=1)
        # Twice as many values over four times the width.
        self.assertAlmostEqual(heights[3] / heights[1], 0.5, places=1)
        self.assertEqual((heights[0], heights[4]), (0, 0))

    def test_a_link_shows_what_its_sender_saw(self):
        with demo() as daemon:
            daemon.predict_lines(EVENTS)
            sex = of_feature(judged(daemon), "sex", "all")
            self.show(daemon, "#feature=sex&window=all")
            self.page.wait("document.querySelector('#feature').dataset.drawn === 'feature_1_value all'")
            self.assertIn(f"psi {sex['score']:.4f}", self.page.text(".sentence"))
            self.assertIn("0.05068011873981862", self.page.text(".categories"))
            self.assertTrue(self.page.evaluate("document.querySelector('.cumulative').hidden"))
            self.page.call("click", "text=All variables")
            self.page.wait("!document.querySelector('#list').hidden")
            self.page.open(self.url + "#feature=nobody")
            self.page.wait("document.querySelector('#notice').innerText.includes('nobody')")

    # ---- Time goes on ----

    def test_a_drift_that_begins_shows_by_itself_and_keeps_the_selection(self):
        with Daemon(counters(["left", "right"]), config=OFTEN) as daemon:
            daemon.predict_lines(lines("a", "b", times=150) + lines("b", "a", times=150))
            judged(daemon)
            self.show(daemon, "#feature=left")
            self.page.wait("document.querySelector('#feature .badge').innerText === 'stable'")
            daemon.predict_lines(lines("c", "a", times=2000))
            self.page.wait("document.querySelector('#feature .badge').innerText === 'drifted'")
            self.assertEqual(self.page.text("#feature h2"), "left")
            self.assertIn("c", self.page.text(".categories"))

    def test_it_says_when_the_daemon_is_gone_and_when_it_is_back(self):
        with demo() as daemon:
            daemon.predict_lines(EVENTS)
            judged(daemon)
            self.show(daemon)
            daemon.stop()
            self.page.wait("document.querySelector('#notice').innerText.includes('not answered')")
            self.assertEqual(self.page.text("#freshness"), "not answering")
            self.assertEqual(len(self.rows()), 11)
            daemon.config["listeners"][0]["http"] = f"127.0.0.1:{daemon.port}"
            daemon.start()
            self.page.wait("document.querySelector('#notice').hidden")
            self.assertIn("live", self.page.text("#freshness"))

    def test_without_a_baseline_it_says_so(self):
        with Daemon() as daemon:
            self.page.open(f"http://127.0.0.1:{daemon.port}/")
            self.page.wait("!document.querySelector('#notice').hidden")
            self.assertIn("no baseline is loaded", self.page.text("#notice"))

    # ---- The report ----

    def test_a_report_shows_the_same_without_a_daemon(self):
        arguments = ("drift", "--quiet", "--baseline", DEMO / "histogram.prom",
                     DEMO / "events.ndjson")
        with tempfile.TemporaryDirectory(prefix="boxkited-test-") as folder:
            report = Path(folder) / "report.html"
            ended = run(*arguments, "--json", "--html", report)
            self.assertEqual((ended.returncode, ended.stderr), (3, ""))
            self.url = report.as_uri()
            self.page.open(self.url)
            self.page.wait("document.querySelector('.card')")
            document = json.loads(ended.stdout)
            self.assertEqual(self.shown(), self.expected(self.of_window(document, "all")))
            self.assertIn("report of", self.page.text("#freshness"))
            self.page.call("click", "text=bmi")
            self.page.wait("document.querySelector('#feature').dataset.drawn")
            self.assertTrue(self.page.evaluate("document.querySelector('.history').hidden"))
            self.assert_no_trouble()

    # ---- For everybody ----

    def assert_harmless(self, names):
        self.assertEqual(set(self.names()), set(names))
        self.page.call("click", ".variables tbody .name a >> nth=0")
        self.page.wait("document.querySelector('#feature').dataset.drawn")
        self.assertIn(self.page.text("#feature h2"), names)
        self.assertIn(HOSTILE[2], self.page.text(".categories"))
        self.assertEqual(self.page.evaluate("[window.pwned ?? null, document.scripts.length,"
                                            " document.images.length]"), [None, 2, 0])
        self.assert_no_trouble()

    def test_hostile_names_stay_text(self):
        baseline = counters(HOSTILE, bins=HOSTILE)
        events = lines(*HOSTILE, times=250)
        with Daemon(baseline, config=OFTEN) as daemon:
            daemon.predict_lines(events)
            judged(daemon)
            self.show(daemon)
            self.assert_harmless(HOSTILE)
        with tempfile.TemporaryDirectory(prefix="boxkited-test-") as folder:
            place = Path(folder)
            (place / "histogram.prom").write_text(baseline, "utf-8")
            (place / "events.ndjson").write_bytes(events)
            ended = run("drift", "--quiet", "--baseline", place / "histogram.prom",
                        place / "events.ndjson", "--html", place / "report.html")
            self.assertEqual(ended.returncode, 3, ended.stderr)
            self.page.call("forget")
            self.url = (place / "report.html").as_uri()
            self.page.open(self.url)
            self.page.wait("document.querySelector('.card')")
            self.assert_harmless(HOSTILE)

    def test_axe_finds_nothing_and_a_phone_has_room(self):
        with demo() as daemon:
            daemon.predict_lines(EVENTS)
            judged(daemon)
            for scheme, width in (("light", 1280), ("dark", 390)):
                self.page.call("setViewportSize", {"width": width, "height": 844})
                self.page.call("emulateMedia", {"colorScheme": scheme})
                for fragment in ("", "#feature=s2", "#feature=sex"):
                    with self.subTest(scheme, fragment=fragment):
                        self.show(daemon, fragment)
                        if fragment:
                            self.page.wait("document.querySelector('#feature').dataset.drawn")
                        self.assertEqual(self.page.violations(), [])
                        self.assertLessEqual(
                            self.page.evaluate("document.documentElement.scrollWidth"), width)

    def test_the_keyboard_is_enough(self):
        with demo() as daemon:
            daemon.predict_lines(EVENTS)
            judged(daemon)
            self.show(daemon)
            self.page.call("focus", ".variables tbody .name a")
            self.page.call("keyboard.press", "Enter")
            self.page.wait("document.activeElement.matches('#feature h2')")
            self.page.call("focus", ".windows input:checked")
            self.page.call("keyboard.press", "ArrowRight")
            self.page.wait("location.hash.includes('window=1h')")
            self.page.wait("document.activeElement.value === '1h'")


if __name__ == "__main__":
    unittest.main()
