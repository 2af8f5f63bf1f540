"""deploy/Dockerfile and the scripts of deploy/, as linters want them. hadolint itself is in no
package; test_image_in_chroot.py carries the file out."""

import re
import subprocess
import unittest

from support import dockerfile
from support.daemon import ROOT, run
from support.needs import need

STAGES = dockerfile.stages()
LAST = STAGES[-1]


def every(word):
    return [rest for each, rest in dockerfile.instructions() if each == word]


class Dockerfile(unittest.TestCase):
    """The rules of hadolint that concern what is used there; their numbers stand beside."""

    def test_what_it_builds_on_is_pinned(self):  # DL3006, DL3007
        for base in every("FROM"):
            self.assertRegex(base, r"^(scratch|[a-z]+:(?!latest)[a-z0-9.-]+)( AS [a-z]+)?$")

    def test_it_has_known_instructions_and_each_that_counts_once(self):  # DL3012, DL4000, DL4003-4
        words = [word for word, _ in LAST]
        self.assertLessEqual({word for word, _ in dockerfile.instructions()},
                             {"FROM", "WORKDIR", "COPY", "RUN", "LABEL", "USER", "VOLUME", "EXPOSE",
                              "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"})
        for word in ("USER", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD", "LABEL"):
            self.assertEqual(words.count(word), 1, word)

    def test_what_it_copies_is_there(self):  # DL3021, DL3022, DL3045
        names = {stage[0][1].partition(" AS ")[2] for stage in STAGES}
        for rest in every("COPY"):
            *whats, where = rest.split()
            if whats[0].startswith("--from="):
                self.assertIn(whats[0].removeprefix("--from="), names - {""})
                continue
            for what in whats:
                self.assertTrue((ROOT / what).exists(), what)
            self.assertTrue(len(whats) == 1 or where.endswith("/"), rest)

    def test_what_the_packages_are_named_by_is_there_when_they_are_installed(self):
        steps = [f"{word} {rest}" for word, rest in STAGES[0]]
        installed = steps.index("RUN deploy/install-packages.sh")
        copied = " ".join(step for step in steps[:installed] if step.startswith("COPY "))
        for lock in (ROOT / "daemon").rglob("package-lock.json"):
            if "node_modules" not in lock.parts:
                self.assertIn(f" {lock.relative_to(ROOT)} ", copied)

    def test_folders_are_named_from_the_root(self):  # DL3000
        self.assertEqual([rest for rest in every("WORKDIR") if not rest.startswith("/")], [])

    def test_each_step_is_a_script_that_other_places_use_too(self):  # DL3003-4, DL3008-9
        for rest in every("RUN"):
            script = rest.split()[0]
            self.assertRegex(script, r"^deploy/[a-z/-]+\.sh$")
            self.assertTrue((ROOT / script).exists())

    def test_it_runs_as_a_user_that_kubernetes_knows_to_be_none_but_root(self):  # DL3002
        self.assertRegex(dockerfile.settings(LAST)["USER"], r"^[1-9]\d*:[1-9]\d*$")

    def test_it_needs_no_shell(self):  # DL3025
        for word in ("ENTRYPOINT", "CMD"):
            self.assertIsInstance(dockerfile.settings(LAST)[word], list)
        self.assertRegex(dockerfile.settings(LAST)["HEALTHCHECK"], r'CMD \["/usr/bin/boxkited", ')

    def test_its_version_is_that_of_the_program(self):
        (version,) = re.findall(r'image\.version="(.*?)"', " ".join(every("LABEL")))
        self.assertEqual(f"boxkited {version}\n", run("--version").stdout)


class Scripts(unittest.TestCase):
    def test_shellcheck_finds_nothing(self):
        scripts = [*(ROOT / "deploy").rglob("*.sh"),
                   *(ROOT / "deploy" / "debian" / name for name in ("postinst", "prerm", "postrm"))]
        checked = subprocess.run([need("shellcheck"), *scripts], capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main()
