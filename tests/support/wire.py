"""HTTP byte by byte: requests that no client library would send, and how they are answered."""

import json


def post(body, headers="", path="/v1/predictions"):
    """A good POST request, as bytes."""
    body = body.encode() if isinstance(body, str) else body
    head = (f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}"
            f"Content-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


def chunked(*chunks):
    """A body of these chunks."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


class WireAnswer:
    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.version, status, self.reason = lines[0].split(" ", 2)
        self.status = int(status)
        self.headers = dict(line.split(": ", 1) for line in lines[1:])
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Wire:
    """`with Wire(daemon) as wire: wire.send(b"GET ..."); answer = wire.answer()`."""

    def __init__(self, daemon, unix=False, over=None):
        if over:
            self.socket = over  # A connection that is open, and ends with this.
        elif unix:
            connection = daemon.connection(unix=True)
            connection.connect()
            self.socket = connection.sock
        else:
            self.socket = daemon.raw()
        self._bytes = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _receive(self):
        """False at the end of what is sent."""
        try:
            got = self.socket.recv(65536)
        except ConnectionResetError:
            got = b""
        self._bytes += got
        return bool(got)

    def _take(self, size):
        while len(self._bytes) < size:
            assert self._receive(), f"closed after {self._bytes!r}"
        taken, self._bytes = self._bytes[:size], self._bytes[size:]
        return taken

    def answer(self, with_body=True):
        """The next answer, None when the connection is closed instead."""
        while b"\r\n\r\n" not in self._bytes:
            if not self._receive():
                assert not self._bytes, f"half an answer: {self._bytes!r}"
                return None
        head = self._take(self._bytes.index(b"\r\n\r\n") + 4)[:-4]
        answer = WireAnswer(head, b"")
        if with_body and answer.status >= 200:
            answer.body = self._take(int(answer.headers["Content-Length"]))
        return answer

    def rest(self):
        """All answers until the connection is closed."""
        answers = []
        while answer := self.answer():
            answers.append(answer)
        return answers
