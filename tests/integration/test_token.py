"""A listener with a token: who comes in, who does not, and that nobody sees it."""

import pathlib
import re
import signal
import tempfile
import unittest

from support.certificates import Certificate
from support.daemon import ROOT, Daemon, await_true, event_counts, run, total
from support.secured import Secured
from support.wire import Wire, post

TOKEN = "0123456789-abcdefghijklmnop_~+/="
EVENT = '{"output":1}'
ERROR = {"error": "Authorization: expected Bearer and the token of this listener"}
PROTECTED = [("POST", "/v1/predictions"), ("GET", "/metrics"), ("HEAD", "/metrics"),
             ("GET", "/v1/status"), ("GET", "/v1/baseline"), ("GET", "/v1/drift"),
             ("POST", "/-/reload"), ("GET", "/"), ("GET", "/none"), ("DELETE", "/livez/"),
             ("PUT", "/metrics")]
OPEN = [("GET", "/livez"), ("HEAD", "/livez"), ("GET", "/readyz"), ("GET", "/healthz")]


def bearer(token=TOKEN):
    return {"Authorization": f"Bearer {token}"}


class Token(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="boxkited-test-"))
        self.file = pathlib.Path(folder) / "token"
        self.file.write_text(TOKEN + "\n")

    def daemon(self, **options):
        return Secured({"token_file": str(self.file)}, **options)

    def from_variable(self, **options):
        return Secured({"token_env": "BOXKITED_TOKEN"}, environment={"BOXKITED_TOKEN": TOKEN},
                       **options)


class Requests(Token):
    def test_every_route_but_health_wants_it(self):
        for make in (self.daemon, self.from_variable):
            with make() as daemon:
                self.assertNotIn("warning", "".join(daemon.lines))
                for method, path in PROTECTED:
                    with self.subTest(f"{method} {path}"):
                        answer = daemon.request(method, path)
                        self.assertEqual(answer.status, 401)
                        self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
                        if method != "HEAD":
                            self.assertEqual(answer.json, ERROR)
                        self.assertNotEqual(
                            daemon.request(method, path, headers=bearer()).status, 401)
                for method, path in OPEN:
                    self.assertEqual(daemon.request(method, path).status, 200)

    def test_only_the_whole_token_in_the_right_form_is_good(self):
        rows = [
            (401, {}), (401, {"Authorization": ""}), (401, {"Authorization": TOKEN}),
            (401, {"Authorization": "Bearer"}), (401, {"Authorization": f"Basic {TOKEN}"}),
            (401, {"Authorization": f"Bearer{TOKEN}"}), (401, bearer(TOKEN[:-1])),
            (401, bearer(TOKEN + "x")), (401, bearer(TOKEN.upper())),
            (401, bearer(f"{TOKEN}, Bearer {TOKEN}")), (401, bearer(f'"{TOKEN}"')),
            (401, bearer("x" * 4000)), (401, {"Proxy-Authorization": f"Bearer {TOKEN}"}),
            (401, {"Cookie": f"token={TOKEN}"}),
            (202, bearer()), (202, {"authorization": f"bearer   {TOKEN}  "}),
        ]
        with self.daemon() as daemon:
            for status, headers in rows:
                with self.subTest(headers):
                    self.assertEqual(daemon.post("/v1/predictions", EVENT, headers).status, status)
            self.assertEqual(
                daemon.post(f"/v1/predictions?access_token={TOKEN}", EVENT).status, 401)
            twice = f"Authorization: Bearer {TOKEN}\r\n" * 2
            with Wire(daemon) as wire:
                wire.send(post(EVENT, twice))
                self.assertEqual(wire.answer().status, 401)

    def test_what_is_refused_is_counted_and_nothing_else(self):
        with self.daemon() as daemon:
            for _ in range(3):
                self.assertEqual(daemon.predict(EVENT).status, 401)
            self.assertEqual(daemon.get("/metrics").status, 401)
            self.assertEqual(event_counts(daemon.metrics()), {("http", "unauthorized"): 3})
            self.assertEqual(daemon.log_lines(), [])

    def test_the_refusal_comes_before_the_body_and_ends_the_connection(self):
        head = (b"POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\n"
                b"Expect: 100-continue\r\n%s\r\n\r\n")
        with self.daemon() as daemon:
            for length in (b"Content-Length: 4000000", b"Transfer-Encoding: chunked"):
                with Wire(daemon) as wire:
                    wire.send(head % length)
                    self.assertEqual([each.status for each in wire.rest()], [401])
            smuggled = post(EVENT, f"Authorization: Bearer {TOKEN}\r\n").decode()
            with Wire(daemon) as wire:
                wire.send(post(smuggled) + smuggled.encode())
                self.assertEqual([each.status for each in wire.rest()], [401])
            self.assertEqual(event_counts(daemon.metrics()), {("http", "unauthorized"): 3})

    def test_a_header_that_is_known_from_elsewhere_is_asked_for_it_again(self):
        with self.daemon(config={"threads": 1}) as daemon:
            request = post(EVENT)
            with Wire(daemon, unix=True) as free, Wire(daemon) as asked:
                for _ in range(3):
                    free.send(request)
                    self.assertEqual(free.answer().status, 202)
                asked.send(request)
                self.assertEqual(asked.answer().status, 401)

    def test_a_unix_socket_may_ask_for_it(self):
        with Daemon(start=False) as daemon:
            daemon.config["listeners"][1]["token_file"] = str(self.file)
            daemon.start()
            self.assertEqual(daemon.predict(EVENT, unix=True).status, 401)
            self.assertEqual(daemon.post("/v1/predictions", EVENT, bearer(), unix=True).status, 202)
            self.assertEqual(daemon.predict(EVENT).status, 202)

    def test_within_tls(self):
        server = Certificate(self.file.parent, "server")
        listener = {"token_file": str(self.file), "tls": server.server()}
        with Secured(listener, server.trusted()) as daemon:
            self.assertEqual(daemon.predict(EVENT).status, 401)
            self.assertEqual(daemon.post("/v1/predictions", EVENT, bearer()).status, 202)
            self.assertEqual(daemon.get("/livez").status, 200)
            self.assertEqual(run("health", "--config", daemon.config_file,
                                 "--listen", f"127.0.0.1:{daemon.port}").returncode, 0)


class Reload(Token):
    NEXT = "another-token-another-token"

    def test_the_next_request_has_to_show_the_new_one(self):
        with self.daemon() as daemon, Wire(daemon) as wire:
            request = post(EVENT, f"Authorization: Bearer {TOKEN}\r\n")
            wire.send(request)
            self.assertEqual(wire.answer().status, 202)
            self.file.write_text(self.NEXT)
            daemon.process.send_signal(signal.SIGHUP)
            await_true(lambda: total(daemon.metrics(), "boxkited_reloads_total", result="success"),
                       "the reload")

            wire.send(request)
            self.assertEqual(wire.answer().status, 401)
            self.assertEqual(daemon.post("/v1/predictions", EVENT, bearer(self.NEXT)).status, 202)

    def test_a_bad_one_changes_nothing_and_says_so(self):
        expected = "expected a token of 16 to 4096 visible ASCII characters"
        with self.daemon() as daemon:
            for spoil, reason in ((lambda: self.file.write_text("too-short"), expected),
                                  (lambda: self.file.write_text(""), expected),
                                  (self.file.unlink, "No such file or directory")):
                spoil()
                answer = daemon.reload()
                self.assertEqual((answer.status, answer.json), (500, {
                    "error": f"listeners[0].token_file: {self.file}: {reason}"}))
                self.assertEqual(daemon.post("/v1/predictions", EVENT, bearer()).status, 202)


class Start(Token):
    def assert_refused(self, daemon, said):
        daemon.write_config()
        for command in ("serve", "check"):
            ended = run(command, "--config", daemon.config_file,
                        environment={"SHORT": "secret-15-chars", "EMPTY": ""})
            self.assertEqual((ended.returncode, ended.stderr), (2, f"boxkited: listeners[0].{said}\n"))
            self.assertNotIn("secret", ended.stdout + ended.stderr)

    def test_one_that_is_none_stops_it_and_check(self):
        expected = "expected a token of 16 to 4096 visible ASCII characters"
        for text in ("", "\n", "secret-15-chars", "secret secret secret", "secret\nsecret\nsecret",
                     "secret" * 1000):
            self.file.write_text(text)
            with self.subTest(text), self.daemon(start=False) as daemon:
                self.assert_refused(daemon, f"token_file: {self.file}: {expected}")
        self.file.unlink()
        with self.daemon(start=False) as daemon:
            self.assert_refused(daemon, f"token_file: {self.file}: No such file or directory")
        for name, reason in (("SHORT", expected), ("EMPTY", expected),
                             ("NONE", "there is no such environment variable")):
            with Secured({"token_env": name}, start=False) as daemon:
                self.assert_refused(daemon, f"token_env: {name}: {reason}")

    def test_it_is_shown_nowhere(self):
        for make in (self.daemon, self.from_variable):
            with make(config={"log": {"level": "debug"}}, baseline=ROOT / "config" / "demo" /
                      "histogram.prom") as daemon:
                daemon.write_config()
                checked = run("check", "--config", daemon.config_file,
                              environment={"BOXKITED_TOKEN": TOKEN})
                self.assertEqual(checked.returncode, 0)
                texts = [checked.stdout, checked.stderr]
                for headers in (bearer(), bearer(TOKEN[:-1]), bearer(TOKEN + "x")):
                    for method, path in PROTECTED + OPEN:
                        answer = daemon.request(method, path, headers=headers)
                        texts += [answer.text, str(answer.headers)]
                with Wire(daemon) as wire:
                    wire.send(post(EVENT, f"Authorization: Bearer {TOKEN}\r\nbroken header\r\n"))
                    texts += [str(answer.json) for answer in wire.rest()]
                daemon.reload()
                self.assertEqual(daemon.stop(), 0)
                texts += daemon.lines
                self.assertGreater(len(texts), 50)
                for text in texts:
                    self.assertNotIn(TOKEN[:-1], text)

    def test_one_that_others_on_the_network_can_read_is_warned_of(self):
        with self.daemon(start=False) as daemon:
            daemon.config["listeners"][0]["http"] = "0.0.0.0:0"
            daemon.launch().await_line("message=ready")
            (warned,) = [line for line in daemon.lines if "level=warning" in line]
            self.assertRegex(warned, re.escape(
                "listeners[0]: 0.0.0.0:0 takes its token over plain HTTP, where others can read it;"
                " give it tls"))


if __name__ == "__main__":
    unittest.main()
