"""A certificate for 127.0.0.1 that is made for one test run, by the openssl command."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest


def make(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context, and the file of the certificate that a client must trust. Skips where openssl is missing."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("TLS of mail is NOT tested here: the command openssl is missing")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    wish = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    whom = ["-subj", "/CN=postmaster.test", "-addext", "subjectAltName=IP:127.0.0.1"]
    where = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, *wish, *whom, *where], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context, certificate
