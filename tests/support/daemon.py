"""A real boxkited for tests: started, asked, and ended by process id.

The binary is named by BOXKITED_BINARY. Every daemon has a folder of its own, and listens on a free
port of 127.0.0.1 and on two Unix sockets in that folder. At the end of its `with` it is asked to
stop, and must do so with exit code 0.
"""

import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
BINARY = os.environ["BOXKITED_BINARY"]
# Where a sanitizer makes each process dear, tests of many alike take some, but under `--soak` all.
RUNS_ALL = not os.environ.get("BOXKITED_SANITIZE") or "BOXKITED_TESTS_ALL_ROWS" in os.environ
PATIENCE = 30  # Seconds that anything awaited may take on a busy machine.


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


def surroundings(**more):
    """The environment of a daemon: that of the tests is kept out, but for what sanitizers need."""
    kept = {name: value for name, value in os.environ.items()
            if name == "PATH" or name.endswith("SAN_OPTIONS")}
    return {**kept, **more}


def run(*arguments, environment=None):
    """Runs the binary to its end: `.returncode`, `.stdout`, `.stderr`."""
    return subprocess.run([BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, env=surroundings(**(environment or {})),
                          encoding="utf-8", errors="surrogateescape", timeout=PATIENCE)


def await_true(condition, what):
    """Returns what `condition()` gives as soon as that is true. `what` may be a function."""
    deadline = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what() if callable(what) else what}")
        time.sleep(0.01)


def handing_over(descriptors):
    """The command in front of one that is handed them, as a service manager does."""
    if not descriptors:
        return ()
    moves = " ".join(f"{3 + at}<&{each}" for at, each in enumerate(descriptors))
    return ("bash", "-c", f'LISTEN_PID=$$ LISTEN_FDS={len(descriptors)} exec "$@" {moves}', "bash")


@contextlib.contextmanager
def limited(what, soft):
    """A limit of this process, which those that it starts meanwhile inherit."""
    before = resource.getrlimit(what)
    resource.setrlimit(what, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(what, before)


class Daemon:
    """`with Daemon(baseline=...) as daemon: daemon.post("/v1/predictions", body)`.

    `baseline` is the path of one or, when it has a newline, its text. `config` is merged over the
    defaults of tests, two levels deep. A daemon may be stopped and started again; it keeps its
    folder until the end of the `with`. With `start=False` it is not started at the beginning.
    """

    def __init__(self, baseline=None, config=None, environment=None, arguments=(), start=True):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boxkited-test-"))
        self.baseline_file = self.folder / "histogram.prom"
        self.log_directory = self.folder / "log"
        self.http_socket = str(self.folder / "http.sock")
        self.events_socket = str(self.folder / "events.sock")
        self.config = {
            "listeners": [
                {"http": "127.0.0.1:0"},
                {"http_unix": self.http_socket, "serves": ["predictions", "metrics", "admin"]},
                {"ndjson_unix": self.events_socket},
            ],
            "prediction_log": {"directory": str(self.log_directory), "flush_interval_ms": 20},
            "identity": {"endpoint_id": "endpoint", "logger_id": "logger",
                         "replica_id": "replica", "server_id": "server"},
        }
        if baseline is None:
            self.config["no_baseline"] = True
        elif "\n" in str(baseline):
            self.baseline_file.write_text(baseline, "utf-8")
            self.config["baseline"] = str(self.baseline_file)
        else:
            self.config["baseline"] = str(baseline)
        for key, value in (config or {}).items():
            if isinstance(value, dict):
                self.config.setdefault(key, {}).update(value)
            else:
                self.config[key] = value
        self.environment = surroundings(**(environment or {}))
        self.command = [BINARY]  # May be run by another program, in front of it.
        self.arguments = list(arguments)
        self.inherited = ()  # Descriptors of sockets that it is handed over.
        self._start = start
        self.process = None
        self.lines = []
        self.port = None

    def __enter__(self):
        try:
            return self.start() if self._start else self
        except BaseException:
            self.remove()
            raise

    def __exit__(self, kind, *_):
        try:
            if kind is None and self.is_running():
                code = self.stop()
                assert code == 0, f"ended with {code}: {self.lines}"
        finally:
            self.remove()

    def remove(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def config_file(self):
        return self.folder / "boxkited.json"

    def write_config(self):
        self.config_file.write_text(json.dumps(self.config))

    def launch(self):
        """Starts the process without waiting for it to be ready."""
        self.write_config()
        self.lines = []
        # Out of the way of the numbers that they are to have.
        handed = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in self.inherited]
        self.process = subprocess.Popen(
            [*handing_over(handed), *self.command, "serve", "--config", str(self.config_file),
             *self.arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            pass_fds=handed, env=self.environment)
        for each in handed:
            os.close(each)
        self._reader = threading.Thread(target=self._read_lines, args=(self.process,))
        self._reader.start()
        return self

    def start(self):
        self.launch()
        ready = self.await_line(r'message"?[=:]"?ready\b')
        self.port = int(re.search(r'127\.0\.0\.1:(\d+)', ready).group(1))
        return self

    def _read_lines(self, process):
        for line in process.stderr:
            self.lines.append(line.decode("utf-8", "surrogateescape").rstrip("\n"))

    def await_line(self, pattern):
        """The first line of the daemon's own log that matches."""
        def found():
            for line in list(self.lines):
                if re.search(pattern, line):
                    return line
            if self.process.poll() is not None and not self._reader.is_alive():
                raise AssertionError(f"ended with {self.process.returncode}: {self.lines}")
            return None
        return await_true(found, lambda: f"a line like {pattern}; got {self.lines}")

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def wait(self):
        """The exit code, once the process has ended by itself."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        self.process.stderr.close()
        return code

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.wait()

    @contextlib.contextmanager
    def paused(self):
        """Within it none of its threads runs; when the signal is sent they still may."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            await_true(lambda: set(self._thread_states()) == {"T"}, "all threads to be stopped")
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def _thread_states(self):
        for file in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/stat"):
            yield file.read_text("ascii").rsplit(")", 1)[1].split()[0]

    def kill(self):
        if self.is_running():
            self.stop(signal.SIGKILL)
        elif self.process:
            self.wait()

    def fail_to_start(self):
        """Starts what cannot be started: the exit code, and all that was said."""
        return self.launch().wait(), "\n".join(self.lines)

    # ---- Requests ----

    def connection(self, unix=False):
        if unix:
            return UnixConnection(self.http_socket)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def request(self, method, path, body=None, headers=None, unix=False):
        connection = self.connection(unix)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def get(self, path, headers=None, unix=False):
        return self.request("GET", path, None, headers, unix)

    def post(self, path, body=b"", headers=None, unix=False):
        return self.request("POST", path, body, headers, unix)

    def predict(self, event, unix=False):
        """Posts one event, given as text or as what becomes JSON."""
        body = event if isinstance(event, (str, bytes)) else json.dumps(event)
        return self.post("/v1/predictions", body, {"Content-Type": "application/json"}, unix)

    def predict_lines(self, body, query="", unix=False):
        return self.post("/v1/predictions" + query, body,
                         {"Content-Type": "application/x-ndjson"}, unix)

    def raw(self):
        """A plain TCP connection to the daemon."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def stream(self):
        """A connection to the raw event stream."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        connection.connect(self.events_socket)
        return connection

    # ---- What came of them ----

    def metrics(self, query="", headers=None):
        return parse_metrics(self.get("/metrics" + query, headers).text)

    def metric(self, name, **labels):
        """One sample's value; 0 when there is none."""
        return self.metrics().get(sample(name, **labels), 0)

    def accepted(self):
        """Events accepted, over all transports."""
        return accepted(self.metrics())

    def all_files(self):
        """Below the log's directory; what vanishes meanwhile is left out."""
        return sorted(pathlib.Path(folder) / name
                      for folder, _, names in os.walk(self.log_directory) for name in names)

    def log_files(self):
        return [file for file in self.all_files() if file.suffix == ".txt"]

    def each_log_line(self):
        for file in self.log_files():
            with file.open(encoding="utf-8", newline="\n") as log:
                yield from (line.rstrip("\n") for line in log if line != "\n")

    def log_lines(self):
        """Every line of the prediction log, as text."""
        return list(self.each_log_line())

    def each_logged(self):
        """The same, strictly as JSON, one after the other: a long log is much in memory."""
        def refuse(literal):
            raise AssertionError(f"{literal} in the log")
        return (json.loads(line, parse_constant=refuse) for line in self.each_log_line())

    def logged(self):
        """Every event of the prediction log, strictly as JSON."""
        return list(self.each_logged())

    def await_written(self, events):
        await_true(lambda: self.metric("boxkited_log_events_written_total") >= events,
                   f"{events} events written")


def sample(name, **labels):
    """The key of a sample in what parse_metrics() gives."""
    return name, tuple(sorted(labels.items()))


def total(metrics, name, **labels):
    """The sum of the samples of a name that have at least these labels."""
    wanted = set(labels.items())
    return sum(value for (each, pairs), value in metrics.items()
               if each == name and wanted <= set(pairs))


def accepted(metrics):
    return total(metrics, "boxkited_events_total", result="accepted")


def event_counts(metrics):
    """Events by transport and by what became of them, without those that are 0."""
    return {(dict(labels)["transport"], dict(labels)["result"]): value
            for (name, labels), value in metrics.items()
            if name == "boxkited_events_total" and value}


def conserved(metrics):
    """Promise of every scrape: what was accepted, and what became of it. The two are equal."""
    became = sum(metrics[sample(name)] for name in (
        "boxkited_log_events_written_total", "boxkited_log_queue_events",
        "boxkited_log_events_lost_total", "boxkited_log_events_unlogged_total"))
    return accepted(metrics), became


_SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?')
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def parse_metrics(text):
    """Samples of a Prometheus text: (name, sorted labels) -> value."""
    samples = {}
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        match = _SAMPLE.fullmatch(line)
        assert match, f"not a sample: {line!r}"
        labels = tuple(sorted(
            (name, re.sub(r'\\.', lambda escape: _ESCAPES[escape.group()], value))
            for name, value in _LABEL.findall(match.group(2) or "")))
        key = (match.group(1), labels)
        assert key not in samples, f"twice: {line!r}"
        samples[key] = float(match.group(3))
    return samples


def parse_families(text):
    """Families of a Prometheus text: name -> (type, help)."""
    types, helps = {}, {}
    for line in text.split("\n"):
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ", 3)
            assert name not in types, f"twice: {line!r}"
            types[name] = kind
        elif line.startswith("# HELP "):
            _, _, name, text_ = line.split(" ", 3)
            helps[name] = text_
    return {name: (kind, helps.get(name, "")) for name, kind in types.items()}
