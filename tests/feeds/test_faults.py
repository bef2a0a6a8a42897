"""The sentences for an admin; what a real server provokes is in test_fetch.py."""

import ssl
from types import SimpleNamespace

import aiohttp
import pytest

from feeds.faults import explained

URL = "https://news.example/list"
KEY = SimpleNamespace(host="news.example", port=443, ssl=True, is_ssl=True)


def certificate_error(code: int, message: str = "no reason") -> aiohttp.ClientConnectorCertificateError:
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return aiohttp.ClientConnectorCertificateError(KEY, error)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "told"),
    [(10, "has expired"), (20, "whole certificate chain"), (62, "for another host name"), (999, "(no reason)")],
)
def test_a_certificate_is_explained_by_what_is_wrong_with_it(code: int, told: str) -> None:
    kind, sentence = explained(certificate_error(code), URL, 60)
    assert kind == "tls"
    assert sentence.startswith(f"{URL}: its certificate") or "whole certificate chain" in sentence
    assert told in sentence


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (ssl.SSLError(1, "BAD_RECORD_MAC"), "incomplete", "(bad record mac)"),
        (OSError(113, "whatever"), "incomplete", "No route to host"),
        (aiohttp.ClientError("odd"), "incomplete", "(odd)"),
        (aiohttp.ClientError(), "incomplete", "(ClientError)"),
        (aiohttp.ServerTimeoutError(), "timeout", "poll.timeout (60 s)"),
    ],
)
def test_whatever_the_client_raises_becomes_one_sentence_that_names_the_url(
    error: OSError | aiohttp.ClientError, kind: str, told: str
) -> None:
    found, sentence = explained(error, URL, 60)
    assert found == kind
    assert sentence.startswith(f"{URL}: ")
    assert told in sentence
