"""Sign mails: DKIM (RFC 6376) with RSA-2048, and with Ed25519 (RFC 8463) as a second signature where a key is set.

Pure but for `load`, which reads the key files once. c=relaxed/simple, no l=; every header line that we write is
signed, and From, To, Subject and Date once more than they stand there, so that none can be added. What is the same
for an edition is hashed once (`_Static`); a mail costs its personal lines, its body and the signature itself, which
the library makes without holding the interpreter. The only importer of cryptography in mail/. Called by
`mail.message`; `tidings mail dkim` shows what to publish.
"""

import base64
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa, utils

from mail.settings import Mailing
from state.errors import Conflict, Misuse, UserError

Algorithm = Literal["rsa", "ed25519"]
TWICE = ("from", "to", "subject", "date")
RSA_BITS = 2048
_SHA256 = utils.Prehashed(hashes.SHA256())
_WHITE = re.compile(rb"(?:[ \t]|\r\n(?=[ \t]))+")  # one space in canonical form, line ends of folds too
_LABELS = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signer:
    """One key and the name under which it is published."""

    domain: str
    selector: str
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

    @property
    def algorithm(self) -> Algorithm:
        return "rsa" if isinstance(self.key, rsa.RSAPrivateKey) else "ed25519"

    @property
    def name(self) -> str:
        """Where the DNS has the key (RFC 6376 section 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The TXT record to publish."""
        public = self.key.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            form = serialization.PublicFormat.SubjectPublicKeyInfo
            octets = public.public_bytes(serialization.Encoding.DER, form)
        else:
            octets = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return f"v=DKIM1; k={self.algorithm}; p={base64.b64encode(octets).decode()}"

    def sign(self, digest: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(digest, padding.PKCS1v15(), _SHA256)
        return self.key.sign(digest)  # RFC 8463 section 3: PureEdDSA over the SHA-256


# ---- keys ----


@lru_cache(maxsize=8)
def signers(settings: Mailing) -> tuple[Signer, ...]:
    """The signers of the settings, none where no key is set. Raises UserError or Misuse, and says what is missing."""
    keys: dict[str, tuple[str, str, Algorithm]] = {
        "mail.dkim_key": (settings.dkim_key, settings.dkim_selector, "rsa"),
        "mail.dkim_ed25519_key": (settings.dkim_ed25519_key, settings.dkim_ed25519_selector, "ed25519"),
    }
    made = []
    for path, (text, selector, algorithm) in keys.items():
        if not text:
            continue
        for name, value in (("mail.dkim_domain", settings.dkim_domain), (path.replace("_key", "_selector"), selector)):
            if not _LABELS.fullmatch(value):
                raise Misuse(f'{name} is "{value}" although {path} is set; give the name under which the key is '
                             "published, as `tidings mail dkim` shows it")  # fmt: skip
        made.append(Signer(settings.dkim_domain.lower(), selector.lower(), load(text, algorithm, path)))
    return tuple(made)


def load(text: str, algorithm: Algorithm, where: str) -> rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    """The private key of a file, or of the key itself in PEM. where: the key of the settings, for errors."""
    shown = "the key in it" if text.lstrip().startswith("-----BEGIN") else f"the file {text}"
    try:
        octets = text.encode() if shown == "the key in it" else Path(text).read_bytes()
        key = serialization.load_pem_private_key(octets, password=None)
    except OSError as error:
        raise UserError(f'{where} is "{text}", which cannot be read ({error.strerror}); '
                        f"`tidings mail dkim --create {text}` makes a key") from error  # fmt: skip
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UserError(f"{where}: {shown} is no private key in PEM without a password ({error}); "
                        "`tidings mail dkim --create FILE` makes one") from error  # fmt: skip
    if algorithm == "rsa" and isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < 1024:
            raise UserError(f"{where}: {shown} has {key.key_size} bits; receivers take 1024 at least, better 2048")
        return key
    if algorithm == "ed25519" and isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    raise UserError(f"{where}: {shown} is another kind of key than {algorithm}; make one with `tidings mail dkim`")


def create(file: Path, algorithm: Algorithm) -> rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    """Make a new key in a file that only its owner may read. Raises Conflict where the file is there already."""
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    if algorithm == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    octets = key.private_bytes(serialization.Encoding.PEM, form, bare)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(octets)
    except FileExistsError as error:
        raise Conflict(f"{file} is there already; give another name, a key is never overwritten") from error
    except OSError as error:
        raise UserError(f"{file} cannot be written ({error.strerror}); give a file in a folder of this user") from error
    return key


def mismatch(signer: Signer, published: tuple[str, ...]) -> str:
    """Why what the DNS has would not verify our signatures, or "". published: the TXT records of `signer.name`."""
    records = [dict(_tag(tag) for tag in text.split(";") if "=" in tag) for text in published]
    records = [tags for tags in records if "p" in tags]
    ours = dict(_tag(tag) for tag in signer.record.split(";"))
    if not records:
        return f"{signer.name} has no key in the DNS; publish: {signer.record}"
    if len(records) > 1:
        return f"{signer.name} has {len(records)} keys in the DNS, and receivers may take any; leave one"
    if not records[0]["p"]:
        return f"{signer.name} is revoked in the DNS (p= is empty); publish: {signer.record}"
    if (records[0].get("k", "rsa"), records[0]["p"]) != (ours["k"], ours["p"]):
        return f"{signer.name} has another key in the DNS than the one that signs; publish: {signer.record}"
    return ""


def _tag(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), "".join(value.split())


# ---- signatures ----


@dataclass(frozen=True, slots=True)
class _Lines:
    """Header lines in canonical form. names: in lower case, in order."""

    names: tuple[str, ...]
    canonical: bytes


def signatures(
    signing: tuple[Signer, ...], *, personal: bytes, static: bytes, body: Sequence[bytes], now: datetime
) -> bytes:
    """The header lines that sign a mail whose head is `personal` and then `static`, and its body.

    static: ends with the empty line. body: in pieces, before dot-stuffing; it ends in one CRLF, after a line that is
    not empty, and so is in canonical form already (RFC 6376 section 3.4.3).
    """
    if not signing:
        return b""
    own = _relaxed(personal)
    shared = _static(static)
    names = ":".join((*shared.names, *own.names, *(name for name in TWICE if name in (*shared.names, *own.names))))
    octets = hashlib.sha256()
    for piece in body:
        octets.update(piece)
    body_hash = base64.b64encode(octets.digest()).decode()
    head = hashlib.sha256(shared.canonical)
    head.update(own.canonical)
    signed_at = int(now.timestamp())
    made: list[str] = []
    for signer in reversed(signing):  # RSA stands above
        line, unfolded = _unsigned(signer.algorithm, signer.domain, signer.selector, names)
        digest = head.copy()
        digest.update((unfolded % (signed_at, body_hash)).encode())
        signature = _lines_of(base64.b64encode(signer.sign(digest.digest())).decode())
        made.insert(0, f"{line % (signed_at, body_hash)}{signature}\r\n")
    return "".join(made).encode()


@lru_cache(maxsize=16)
def _unsigned(algorithm: Algorithm, domain: str, selector: str, names: str) -> tuple[str, str]:
    """The line up to its signature, as it goes out and in canonical form; holes for time (%d) and body hash (%s)."""
    line = (
        f"DKIM-Signature: v=1; a={algorithm}-sha256; c=relaxed/simple; d={domain};\r\n"
        f"\ts={selector}; t=%d;\r\n\th={_folded(names)};\r\n\tbh=%s;\r\n\tb="
    )
    return line, _relaxed(line.encode()).canonical.decode().removesuffix("\r\n")


@lru_cache(maxsize=16)
def _static(lines: bytes) -> _Lines:
    return _relaxed(lines)


def _relaxed(lines: bytes) -> _Lines:
    """Canonical header lines (RFC 6376 section 3.4.2): unfolded, white space as one space, names in lower case."""
    names, canonical = [], []
    for line in _WHITE.sub(b" ", lines).split(b"\r\n"):
        if line:
            name, _, value = line.partition(b":")
            low = name.strip().lower()
            names.append(low.decode())
            canonical.append(low + b":" + value.strip(b" ") + b"\r\n")
    return _Lines(tuple(names), b"".join(canonical))


def _folded(names: str) -> str:
    """The list h=, cut at its colons into lines of fewer than 78 characters."""
    rows = [""]
    for name in re.findall(r"[^:]+:?", names):
        if len(rows[-1]) + len(name) > 68:
            rows.append("")
        rows[-1] += name
    return "\r\n\t".join(rows)


def _lines_of(signature: str) -> str:
    return "\r\n\t".join(signature[at : at + 72] for at in range(0, len(signature), 72))
