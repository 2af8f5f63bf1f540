"""How the daemon stops, what it tells the service manager, and its own messages."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import unittest

from support.baselines import SMALL
from support.daemon import BINARY, PATIENCE, Daemon, await_true, total
from support.injection import inject, thread_of
from support.wire import Wire, post

EVENT = '{"features":[1,"red",1],"output":0.5}'


class Stopping(unittest.TestCase):
    def test_with_nothing_to_do_it_ends_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Daemon() as daemon, Wire(daemon) as idle, daemon.stream():
                idle.send(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertEqual(idle.answer().status, 200)
                started = time.monotonic()
                self.assertEqual(daemon.stop(number), 0)
                self.assertLess(time.monotonic() - started, 5)
                self.assertIn("message=stopped", daemon.lines[-1])
                self.assertEqual(idle.rest(), [])

    def test_under_load_every_202_is_in_the_log(self):
        acknowledged = []

        def send(number):
            wire = Wire(daemon, unix=number % 2 == 0)
            with wire:
                try:
                    while True:
                        wire.send(post(EVENT) * 20)
                        for _ in range(20):
                            answer = wire.answer()
                            if answer is None:
                                return
                            self.assertEqual(answer.status, 202)
                            acknowledged.append(answer.json["prediction_id"])
                except (BrokenPipeError, ConnectionResetError):
                    pass

        with Daemon(baseline=SMALL, config={"threads": 2}) as daemon:
            threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
            for thread in threads:
                thread.start()
            await_true(lambda: len(acknowledged) > 2000, "load")
            started = time.monotonic()
            self.assertEqual(daemon.stop(), 0)
            self.assertLess(time.monotonic() - started, 20)
            for thread in threads:
                thread.join()
            logged = [line["prediction_id"] for line in daemon.logged()]
            self.assertEqual(len(logged), len(set(logged)))
            self.assertEqual(set(acknowledged) - set(logged), set())

    def test_a_request_that_has_begun_is_answered(self):
        with Daemon() as daemon, Wire(daemon) as wire:
            data = post(EVENT)
            wire.send(data[:-5])
            await_true(lambda: daemon.metric("boxkited_received_bytes_total") > len(data) - 6,
                       "the first part")
            daemon.process.send_signal(signal.SIGTERM)
            daemon.await_line("message=stopping")
            wire.send(data[-5:])
            answer = wire.answer()
            self.assertEqual((answer.status, answer.headers["Connection"]), (202, "close"))
            self.assertEqual(daemon.wait(), 0)
            self.assertEqual(len(daemon.log_lines()), 1)

    def test_before_the_drain_it_is_not_ready_and_takes_events(self):
        with Daemon(config={"shutdown_delay_ms": 1500}) as daemon:
            daemon.process.send_signal(signal.SIGTERM)
            await_true(lambda: daemon.get("/readyz").status == 503, "not being ready")
            self.assertEqual(daemon.get("/livez").status, 200)
            self.assertEqual(daemon.get("/readyz").json, {"error": "draining"})
            self.assertEqual(daemon.get("/healthz").status, 503)
            self.assertEqual(daemon.get("/v1/status").json["draining"], True)
            self.assertEqual(daemon.predict(EVENT).status, 202)
            self.assertEqual(daemon.wait(), 0)
            self.assertEqual(len(daemon.log_lines()), 1)

    def test_before_the_drain_it_does_not_reload(self):
        with Daemon(baseline=SMALL, config={"shutdown_delay_ms": 2000}) as daemon:
            daemon.process.send_signal(signal.SIGTERM)
            daemon.await_line("message=stopping")
            started = time.monotonic()
            answer = daemon.post("/-/reload")
            self.assertLess(time.monotonic() - started, 1)
            self.assertEqual((answer.status, list(answer.json)), (503, ["error"]))
            self.assertEqual(daemon.wait(), 0)

    def test_a_second_signal_ends_it_at_once(self):
        with Daemon(config={"shutdown_delay_ms": 3_600_000}) as daemon:
            daemon.process.send_signal(signal.SIGTERM)
            daemon.await_line("message=stopping")
            self.assertEqual(daemon.stop(), 1)
            self.assertIn("second signal", daemon.lines[-1])

    def test_a_half_sent_request_does_not_outlast_the_deadline(self):
        with Daemon(config={"shutdown_timeout_ms": 300}) as daemon, Wire(daemon) as wire:
            wire.send(post(EVENT)[:-1])
            await_true(lambda: daemon.metric("boxkited_received_bytes_total") > 70, "the request")
            started = time.monotonic()
            self.assertEqual(daemon.stop(), 0)
            self.assertLess(time.monotonic() - started, 5)

    def test_a_peer_that_vanishes_does_not_end_it(self):
        with Daemon() as daemon:
            for unix in (False, True):
                for _ in range(20):
                    with Wire(daemon, unix) as wire:
                        wire.send(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
            await_true(lambda: total(daemon.metrics(), "boxkited_connections") == 1, "their end")
            self.assertTrue(daemon.is_running())


@contextlib.contextmanager
def managed(**environment):
    """A daemon that is not started yet, and what tells what it told its service manager next."""
    with Daemon(baseline=SMALL, start=False, environment=environment) as daemon, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(daemon.folder / "notify"))
        daemon.environment["NOTIFY_SOCKET"] = str(daemon.folder / "notify")

        def told(patience=PATIENCE):
            manager.settimeout(patience)
            return manager.recv(4096).decode().split("\n")

        yield daemon, told


class ServiceManager(unittest.TestCase):
    def test_is_told_of_each_step(self):
        with managed() as (daemon, told):
            daemon.start()
            self.assertEqual(told(), ["READY=1", f"STATUS=serving on 127.0.0.1:{daemon.port} "
                                      f"{daemon.http_socket} {daemon.events_socket}"])
            before = time.monotonic_ns() // 1000
            daemon.process.send_signal(signal.SIGHUP)
            reloading, moment = told()
            self.assertEqual(reloading, "RELOADING=1")
            self.assertGreaterEqual(int(moment.removeprefix("MONOTONIC_USEC=")), before)
            self.assertEqual(told()[0], "READY=1")
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(told(), ["STOPPING=1"])

    def test_hears_that_it_is_alive_for_as_long_as_requests_are_served(self):
        with managed(WATCHDOG_USEC="300000") as (daemon, told):
            daemon.start()
            self.assertEqual(told()[0], "READY=1")
            for _ in range(3):
                self.assertEqual(told(), ["WATCHDOG=1"])
            with inject(thread_of(daemon, "http-0"), "epoll_wait", "delay_enter=60000000"):
                with self.assertRaises(TimeoutError):
                    for _ in range(100):
                        told(1)
            for _ in range(5):
                self.assertEqual(told(), ["WATCHDOG=1"])
            self.assertEqual(daemon.stop(), 0)

    def test_is_not_told_that_it_is_alive_when_it_does_not_ask(self):
        for environment in ({}, {"WATCHDOG_USEC": "300000", "WATCHDOG_PID": "1"}):
            with managed(**environment) as (daemon, told):
                daemon.start()
                self.assertEqual(told()[0], "READY=1")
                time.sleep(0.5)
                self.assertEqual(daemon.stop(), 0)
                self.assertEqual(told(), ["STOPPING=1"])


class HandedOver(unittest.TestCase):
    """Sockets that a service manager has made and keeps."""

    def socket(self, family, address):
        made = self.enterContext(socket.socket(family))
        made.bind(address)
        made.listen()
        return made

    def test_connections_that_come_before_it_or_between_two_of_it_are_served(self):
        with Daemon(baseline=SMALL, start=False) as daemon:
            tcp = self.socket(socket.AF_INET, ("127.0.0.1", 0))
            unix = self.socket(socket.AF_UNIX, daemon.events_socket)
            daemon.port = tcp.getsockname()[1]
            daemon.config["listeners"][0]["http"] = f"127.0.0.1:{daemon.port}"
            daemon.inherited = (unix.fileno(), tcp.fileno())
            for count in (1, 2):
                with daemon.stream() as stream, Wire(daemon) as wire:
                    stream.sendall(EVENT.encode() + b"\n")
                    wire.send(post(EVENT))
                    daemon.start()
                    self.assertEqual(wire.answer().status, 202)
                    await_true(lambda: daemon.accepted() == 2, "both events")
                self.assertEqual(daemon.stop(), 0)
                self.assertEqual(len(daemon.log_lines()), 2 * count)
                self.assertTrue(os.path.exists(daemon.events_socket))
                self.assertFalse(os.path.exists(daemon.http_socket))

    def test_one_that_no_listener_names_is_an_error(self):
        with Daemon(baseline=SMALL, start=False) as daemon:
            other = self.socket(socket.AF_INET, ("127.0.0.1", 0))
            daemon.inherited = (other.fileno(),)
            code, said = daemon.fail_to_start()
            self.assertEqual(code, 1)
            self.assertIn("boxkited: a socket that listens on 127.0.0.1:"
                          f"{other.getsockname()[1]} was handed over, and no listener has this "
                          "address", said)

    def test_what_does_not_listen_is_an_error(self):
        with Daemon(baseline=SMALL, start=False) as daemon:
            datagrams = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            daemon.inherited = (datagrams.fileno(),)
            self.assertEqual(daemon.fail_to_start(), (1, "boxkited: descriptor 3 was handed over: "
                                                      "expected a stream socket that listens"))


class Messages(unittest.TestCase):
    LOGFMT = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^\s"=]+)(?: |$)')

    def read_logfmt(self, line):
        pairs = self.LOGFMT.findall(line)
        self.assertEqual(" ".join(f"{key}={value}" for key, value in pairs), line)
        return {key: json.loads(value) if value[0] == '"' else value for key, value in pairs}

    def messages(self, form):
        with Daemon(baseline=SMALL, config={"log": {"format": form}},
                    environment={"BOXKITED_X": "1"}) as daemon:
            daemon.post("/-/reload")
            daemon.baseline_file.write_text("bad")
            daemon.post("/-/reload")
            self.assertEqual(daemon.stop(), 0)
            return daemon.lines

    def test_each_is_one_line_that_can_be_read(self):
        for form, read in (("logfmt", self.read_logfmt), ("json", json.loads)):
            read_lines = [read(line) for line in self.messages(form)]
            self.assertEqual(
                [(line["level"], line["message"]) for line in read_lines[:3] + read_lines[-2:]],
                [("warning", "BOXKITED_X: no such option"), ("info", "ready"),
                 ("info", "reloaded"), ("info", "stopping"), ("info", "stopped")])
            for line in read_lines:
                self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")

    def test_the_level_leaves_out_what_is_below(self):
        for level, count in (("error", 0), ("off", 0), ("warning", 1)):
            with Daemon(baseline=SMALL, config={"log": {"level": level}},
                        environment={"BOXKITED_X": "1"}, start=False) as daemon:
                daemon.launch()
                await_true(lambda: self.answers(daemon), "an answer")
                self.assertEqual(daemon.stop(), 0)
                self.assertEqual(len(daemon.lines), count, daemon.lines)

    def test_nobody_has_to_read_them(self):
        with Daemon(baseline=SMALL, start=False) as daemon:
            process = self.launch_unread(daemon)
            await_true(lambda: self.answers(daemon), "an answer")
            self.fill_pipe(process)
            daemon.baseline_file.write_text("bad")
            for _ in range(20):
                process.send_signal(signal.SIGHUP)
            self.assertEqual(daemon.predict(EVENT, unix=True).status, 202)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(PATIENCE), 0)
            self.assertEqual(len(daemon.log_lines()), 1)

    def launch_unread(self, daemon):
        """Its messages go to a pipe that has an end to read from, which nobody does."""
        unread, written = os.pipe()
        self.addCleanup(os.close, unread)
        daemon.write_config()
        process = subprocess.Popen([BINARY, "serve", "--config", str(daemon.config_file)],
                                   stderr=written, env=daemon.environment)
        os.close(written)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def fill_pipe(self, process):
        # Opened anew: the daemon's own description goes on to block.
        pipe = os.open(f"/proc/{process.pid}/fd/2", os.O_WRONLY | os.O_NONBLOCK)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(pipe, b"x")
        os.close(pipe)

    def answers(self, daemon):
        try:
            return daemon.get("/livez", unix=True).status == 200
        except OSError:
            return False

    def test_many_of_a_kind_are_held_back_and_counted(self):
        with Daemon(baseline=SMALL) as daemon:
            daemon.baseline_file.write_text("bad")
            connection = daemon.connection()
            sent = 0

            def left_out():
                nonlocal sent
                connection.request("POST", "/-/reload")
                connection.getresponse().read()
                sent += 1
                return [line for line in daemon.lines if "left_out=" in line]

            line = await_true(left_out, "a message that counts")[0]
            connection.close()
            held_back = int(re.search(r"left_out=(\d+)", line).group(1))

            def written():
                return sum("reload failed" in each for each in daemon.lines)

            await_true(lambda: written() + held_back == sent, "each of them, written or counted")


if __name__ == "__main__":
    unittest.main()
