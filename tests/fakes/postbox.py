"""A small IMAP server on loopback that keeps mails and who has read them: what mail/inbox_imap.py needs of RFC 3501."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Postbox:
    """mails: octets by UID. seen: UIDs. answers: what is said instead, by command. drop_at: a command that ends all."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    password: str = "secret"
    answers: dict[str, str] = field(default_factory=dict)
    drop_at: str = ""
    tls: ssl.SSLContext | None = None
    starttls: bool = False
    port: int = 0
    said: list[str] = field(default_factory=list)


@contextmanager
def serving(box: Postbox) -> Iterator[Postbox]:
    """Serve it until the end of the block."""

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            talk = _Talk(box, self)
            try:
                talk.run()
            finally:
                talk.close()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that went away is no news."""

    with Server(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()


class _Talk:
    """One connection."""

    def __init__(self, box: Postbox, handler: socketserver.StreamRequestHandler) -> None:
        self._box, self._socket = box, handler.connection
        self._in = handler.rfile
        self._encrypted = False
        if box.tls and not box.starttls:
            self._encrypt()

    def run(self) -> None:
        self._say("* OK ready")
        while line := self._in.readline(10_000):
            tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            words = rest.split(" ")
            verb = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
            self._box.said.append(rest)
            if verb == self._box.drop_at:
                return
            if verb in self._box.answers:
                self._say(f"{tag} {self._box.answers[verb]}")
            elif not self._answer(tag, verb, rest):
                return

    def close(self) -> None:
        self._in.close()
        self._socket.close()

    def _answer(self, tag: str, verb: str, rest: str) -> bool:
        done = f"{tag} OK done"
        match verb:
            case "CAPABILITY":
                offers = " STARTTLS" if self._box.starttls and not self._encrypted else ""
                self._say(f"* CAPABILITY IMAP4REV1{offers}", done)
            case "STARTTLS":
                self._say(done)
                self._encrypt()
            case "LOGIN":
                self._say(done if f'"{self._box.password}"' in rest else f"{tag} NO [AUTHENTICATIONFAILED] wrong")
            case "SELECT":
                self._say(f"* {len(self._box.mails)} EXISTS", f"{tag} OK [READ-WRITE] done")
            case "UID SEARCH":
                unseen = " ".join(str(uid) for uid in sorted(self._box.mails) if uid not in self._box.seen)
                self._say(f"* SEARCH {unseen}".rstrip(), done)
            case "UID FETCH":
                self._fetch(int(rest.split(" ")[2]), rest)
                self._say(done)
            case "UID STORE":
                self._box.seen |= {int(uid) for uid in rest.split(" ")[2].split(",")}
                self._say(done)
            case "LOGOUT":
                self._say("* BYE", done)
                return False
            case _:
                self._say(f"{tag} BAD unknown")
        return True

    def _fetch(self, uid: int, rest: str) -> None:
        if uid not in self._box.mails:
            return
        most = re.search(r"<0\.(\d+)>", rest)
        assert most is not None, "the client bounds what it fetches"
        octets = self._box.mails[uid][: int(most[1])]
        self._socket.sendall(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(octets)}}}\r\n".encode() + octets + b")\r\n")

    def _say(self, *lines: str) -> None:
        self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def _encrypt(self) -> None:
        assert self._box.tls is not None
        self._socket = self._box.tls.wrap_socket(self._socket, server_side=True)
        self._in = self._socket.makefile("rb")
        self._encrypted = True
