"""A real headless Chromium, with the methods of a Playwright page."""

import json
import subprocess

from support.daemon import PATIENCE, ROOT, await_true
from support.needs import missing, need

PACKAGES = ROOT / "daemon" / "page" / "node_modules"


class Browser:
    """`with Browser() as page: page.call("goto", url)`."""

    def __enter__(self):
        if not (PACKAGES / "playwright-core").exists():
            missing("npm package playwright-core")
        driver = ROOT / "tests" / "support" / "browser.mjs"
        self._process = subprocess.Popen(
            [need("node"), driver, PACKAGES.parent, need("chromium")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()

    def call(self, name, *given):
        self._process.stdin.write(json.dumps({"call": name, "with": given}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "the browser has ended"}')
        if "error" in answer:
            raise AssertionError(f"{name}{given}: {answer['error']}")
        return answer.get("result")

    def open(self, url):
        self.call("goto", "about:blank")  # Else another fragment would not load the page anew.
        self.call("goto", url)

    def evaluate(self, expression):
        return self.call("evaluate", expression)

    def wait(self, expression):
        """Until it is true. Asked from here: the page's policy lets no text become code there."""
        await_true(lambda: self.evaluate(f"Boolean({expression})"),
                   lambda: f"{expression}; the page shows: {self.text('body')}")

    def text(self, selector):
        return self.call("innerText", selector)

    def texts(self, selector):
        return self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})]"
                             ".map((each) => each.innerText)")

    def violations(self):
        """What axe-core finds wrong for those who use no mouse or see no screen."""
        self.evaluate((PACKAGES / "axe-core" / "axe.min.js").read_text("utf-8") + ";0")
        found = self.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [(each["id"], [node["html"][:200] for node in each["nodes"]][:3])
                for each in found["violations"]]
