"""Say in a sentence why a document could not be fetched, from what the HTTP client raised.

Pure. The one place that knows aiohttp's exceptions; `feeds.fetch` makes outcomes of
what this returns. Every sentence names the URL and what the admin can do.
"""

import asyncio
import os
import socket
import ssl
from typing import Literal, TypeAlias

import aiohttp

from state.text import clean

Kind: TypeAlias = Literal[
    "dns",
    "connect",
    "tls",
    "timeout",
    "status",
    "too-large",
    "incomplete",
    "refused",
    "redirects",
    "encoding",
    "scheme",
    "robots",
    "proxy",
    "browser",
]

# OpenSSL's verification results (x509_vfy.h) that admins meet.
_CERTIFICATES = {
    9: "its certificate is not valid yet; compare the clocks of both machines",
    10: "its certificate has expired; the site's operator must renew it",
    18: "its certificate is signed by itself; install it as trusted on this machine if you trust the site",
    19: "its certificate chain ends in one that this machine does not trust",
    20: "it does not send its whole certificate chain, or this machine lacks the issuer (package ca-certificates)",
    21: "it does not send its whole certificate chain; the site's operator must add the intermediate certificate",
    23: "its certificate was revoked",
    62: "its certificate is for another host name; check the URL",
    64: "its certificate is for another address; give the URL with the host's name",
}


def explained(
    error: aiohttp.ClientError | asyncio.TimeoutError | OSError, url: str, timeout: float
) -> tuple[Kind, str]:
    """What kind of failure an exception of the client is, and the sentence for the admin. timeout: seconds, total."""
    kind, sentence = _told(error, timeout)
    return kind, f"{url}: {sentence}"


def _told(error: aiohttp.ClientError | asyncio.TimeoutError | OSError, timeout: float) -> tuple[Kind, str]:
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "tls", _certificate(error.certificate_error)
        case aiohttp.ClientConnectorSSLError():
            said = _said(error.os_error)
            return "tls", f"no secure connection ({said}); the host may speak plain HTTP, or an old TLS"
        case aiohttp.ClientProxyConnectionError():
            said = _said(error.os_error)
            return "proxy", f"the proxy of poll.proxy cannot be reached ({said}); see that it runs, or correct the key"
        case aiohttp.ClientHttpProxyError():
            return "status", f"the proxy of poll.proxy refuses (status {error.status} {clean(error.message)[:100]})"
        case aiohttp.ClientConnectorDNSError():
            said = _said(error.os_error)
            return "dns", f"host {error.host} has no address ({said}); check its spelling and this machine's DNS"
        case aiohttp.ClientConnectorError():
            said = _said(error.os_error)
            return "connect", f"host {error.host} port {error.port} cannot be reached ({said}); it is tried again later"
        case asyncio.TimeoutError():
            return (
                "timeout",
                f"it was not complete within poll.timeout ({timeout:g} s); raise that if it is always slow",
            )
        case aiohttp.ClientPayloadError():
            return "incomplete", "the document broke off before its end; it is not used, and fetched again later"
        case aiohttp.ServerDisconnectedError():
            return "incomplete", "the host closed the connection without an answer; it is tried again later"
        case aiohttp.ClientResponseError():
            return (
                "incomplete",
                f"the answer is not proper HTTP ({_first_line(error.message)}); check the URL and its port",
            )
        case _:
            return "incomplete", f"the connection broke ({_said(error)}); it is tried again later"


def _certificate(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CERTIFICATES.get(error.verify_code, f"its certificate was not accepted ({error.verify_message})")
    return f"its certificate was not accepted ({error})"


def _said(error: OSError | aiohttp.ClientError) -> str:
    """What the system said, without numbers and class names."""
    if isinstance(error, ssl.SSLError):
        return str(getattr(error, "reason", None) or error.strerror or error).replace("_", " ").lower()
    if isinstance(error, OSError) and error.errno and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _first_line(message: str) -> str:
    return clean(message.partition("\n")[0])[:100].rstrip(":") or "no status line"
