"""A daemon whose TCP listener speaks TLS, or asks for a token, or both."""

import http.client
import socket

from support.daemon import PATIENCE, Daemon, parse_metrics


class Secured(Daemon):
    """Its TCP listener has `listener` beside its address. Requests over TCP are made with
    `context` where it speaks TLS; metrics are asked for over the Unix socket."""

    def __init__(self, listener, context=None, **options):
        super().__init__(**options)
        self.config["listeners"][0].update(listener)
        self.context = context

    def connection(self, unix=False):
        if unix or self.context is None:
            return super().connection(unix)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE,
                                           context=self.context)

    def tls(self, context=None, session=None, **options):
        """A TLS connection; the end of it must be announced."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        return (context or self.context).wrap_socket(
            raw, server_hostname="127.0.0.1", session=session, suppress_ragged_eofs=False,
            **options)

    def metrics(self, query="", headers=None):
        return parse_metrics(self.get("/metrics" + query, headers, unix=True).text)

    def reload(self):
        return self.post("/-/reload", unix=True)
