"""Certificates for tests, made by openssl when they are needed."""

import pathlib
import ssl
import subprocess

from support.needs import need

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Certificate:
    """The PEM files `{name}.pem` and `{name}.key` of a folder; signed by `authority`, or by
    itself."""

    def __init__(self, folder, name, authority=None, address="127.0.0.1"):
        self.certificate = pathlib.Path(folder) / f"{name}.pem"
        self.key = pathlib.Path(folder) / f"{name}.key"
        signed = ["-CA", authority.certificate, "-CAkey", authority.key] if authority else []
        subprocess.run(
            [need("openssl"), "req", "-x509", "-subj", f"/CN={name}", "-days", "2", *CURVE,
             "-addext", f"subjectAltName=IP:{address}", *signed,
             "-keyout", self.key, "-out", self.certificate],
            check=True, capture_output=True)

    def move_to(self, other):
        """Takes the place of the files of `other`, each at once."""
        self.certificate.replace(other.certificate)
        self.key.replace(other.key)

    def server(self, **more):
        """What a listener's `tls` is, with this certificate."""
        return {"certificate": str(self.certificate), "key": str(self.key), **more}

    def trusted(self, own=None):
        """A client's context, which believes this certificate alone, and shows `own`."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        if own:
            context.load_cert_chain(own.certificate, own.key)
        return context
