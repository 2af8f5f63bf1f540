"""Unix sockets in the file system: what is replaced, what is refused, and what is left behind."""

import os
import pathlib
import signal
import socket
import stat
import threading
import unittest

from faults.rows import row
from support.daemon import Daemon


def modes(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


class Sockets(unittest.TestCase):
    def assert_refused(self, daemon, path, reason):
        code, said = daemon.fail_to_start()
        self.assertEqual((code, said.split("\n")[-1]),
                         (1, f"boxkited: listen on {path}: {reason}"))

    @row(39, "stale socket",
         "one that nobody listens at",
         "replaced")
    def test_a_stale_one_is_replaced(self):
        with Daemon() as daemon:
            for _ in range(2):
                self.assertEqual(daemon.stop(signal.SIGKILL), -signal.SIGKILL)
                self.assertTrue(os.path.exists(daemon.http_socket))
                daemon.start()
                self.assertEqual(daemon.get("/livez", unix=True).status, 200)
                with daemon.stream():
                    pass

    @row(39, "a file at the socket's path",
         "a file, a link, a folder",
         "refused and left alone")
    def test_what_is_no_socket_is_refused_and_left_alone(self):
        def file(path):
            path.write_text("mine")

        for make in (file, os.mkdir, os.mkfifo, lambda path: path.symlink_to("/nowhere")):
            for key in ("http_unix", "ndjson_unix"):
                with Daemon(start=False) as daemon:
                    path = daemon.folder / "taken"
                    make(path)
                    before = os.lstat(path)
                    daemon.config["listeners"] = [{key: str(path)}]
                    self.assert_refused(daemon, path, "what is already there is not a socket")
                    after = os.lstat(path)
                    self.assertEqual((after.st_ino, after.st_mode, after.st_size),
                                     (before.st_ino, before.st_mode, before.st_size))

    @row(39, "a live owner of a socket",
         "a second daemon on the same path",
         "the start is refused, the first goes on")
    def test_a_live_owner_is_left_alone(self):
        with Daemon() as first, Daemon(start=False) as second:
            second.config["listeners"] = [{"http_unix": first.http_socket}]
            self.assert_refused(second, first.http_socket, "another process listens there")
            self.assertEqual(first.get("/livez", unix=True).status, 200)

    @row(39, "a socket's path of over 107 bytes",
         "107 and 108 bytes",
         "the longer is refused")
    def test_a_path_has_at_most_107_bytes(self):
        with Daemon(start=False) as daemon:
            for size in (107, 108):
                path = str(daemon.folder / "x")
                path += "x" * (size - len(path))
                daemon.config["listeners"] = [{"http": "127.0.0.1:0"}, {"http_unix": path}]
                if size == 107:
                    daemon.start()
                    daemon.http_socket = path
                    self.assertEqual(daemon.get("/livez", unix=True).status, 200)
                    self.assertEqual(daemon.stop(), 0)
                else:
                    code, said = daemon.fail_to_start()
                    self.assertIn(code, (1, 2))
                    self.assertIn("107", said)
                    self.assertEqual(len(said.splitlines()), 1)

    def test_a_folder_that_is_not_there_is_an_error_that_names_it(self):
        with Daemon(start=False) as daemon:
            path = daemon.folder / "none" / "x.sock"
            daemon.config["listeners"] = [{"http_unix": str(path)}]
            self.assert_refused(daemon, path, f"directory {path.parent}: No such file or directory")

    @row(39, "umask",
         "000, 077 and 777, with four modes",
         "the mode is exact")
    def test_the_mode_is_exact_whatever_the_umask(self):
        for umask in (0o000, 0o077, 0o777):
            for mode, expected in ((None, 0o660), ("0600", 0o600), ("0666", 0o666),
                                   ("0777", 0o777)):
                with self.subTest(umask=oct(umask), mode=mode), Daemon(start=False) as daemon:
                    path = daemon.folder / "new.sock"
                    daemon.config["listeners"] = [
                        {"http": "127.0.0.1:0"},
                        {"http_unix": str(path), **({"mode": mode} if mode else {})}]
                    daemon.write_config()
                    daemon.arguments = ["--no-log"]
                    previous = os.umask(umask)
                    try:
                        daemon.launch()
                    finally:
                        os.umask(previous)
                    daemon.await_line("message=ready")
                    self.assertEqual(modes(path), expected)

    @row(39, "mode of a socket",
         "umask 0, watched while it starts",
         "exact from its first moment")
    def test_there_is_no_moment_of_a_wrong_mode(self):
        seen = set()
        stop = threading.Event()

        def watch(path):
            while not stop.is_set():
                try:
                    seen.add(modes(path))
                except FileNotFoundError:
                    pass

        with Daemon(start=False) as daemon:
            path = daemon.folder / "new.sock"
            daemon.config["listeners"] = [{"http": "127.0.0.1:0"},
                                          {"http_unix": str(path), "mode": "0600"}]
            watcher = threading.Thread(target=watch, args=(path,))
            watcher.start()
            try:
                for _ in range(20):
                    daemon.start()
                    self.assertEqual(daemon.stop(), 0)
            finally:
                stop.set()
                watcher.join()
        self.assertEqual(seen, {0o600})

    @row(39, "a socket replaced by another's",
         "the daemon ends after another has bound its path",
         "only its own inode is removed")
    def test_at_exit_only_its_own_is_removed(self):
        with Daemon() as daemon:
            os.unlink(daemon.http_socket)
            with socket.socket(socket.AF_UNIX) as other:
                other.bind(daemon.http_socket)
                self.assertEqual(daemon.stop(), 0)
                self.assertTrue(os.path.exists(daemon.http_socket))
                self.assertFalse(os.path.exists(daemon.events_socket))

    def test_nothing_is_left_in_the_folder(self):
        with Daemon() as daemon:
            folder = pathlib.Path(daemon.folder)
            self.assertEqual({each.name for each in folder.iterdir()},
                             {"boxkited.json", "log", "http.sock", "events.sock"})
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual({each.name for each in folder.iterdir()}, {"boxkited.json", "log"})


if __name__ == "__main__":
    unittest.main()
