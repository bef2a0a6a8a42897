"""Mailboxes that bounces come to: Maildir and IMAP, read once, marked only after the commit."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from mail import inbox
from mail.inbox import Maildir, Place, parse_inbox, read
from mail.inbox_imap import Imap
from mail.incoming import collect, look, opened
from mail.reports import LARGEST
from state import bounces as kept
from state.errors import Misuse, UserError
from state.store import Store
from tests.fakes import certificate
from tests.fakes.postbox import Postbox, serving
from tests.mail.returned import plain, report

pytestmark = pytest.mark.sqlite


def some(count: int) -> list[bytes]:
    return [report(name=f"<{number}@mx.example.net>") for number in range(count)]


def counted(store: Store) -> int:
    with store.read() as db:
        return len(kept.reports(db))


# ---- where it is ----


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("/var/mail/bounces", Place("/var/mail/bounces")),
        ("bounces", Place("bounces")),
        ("maildir:///var/mail/my%20bounces", Place("/var/mail/my bounces")),
        ("imaps://me:s%40crt@mail.example.org", Place("INBOX", "mail.example.org", 993, "me", "s@crt", True)),
        (
            "imap://me%40x.org:p@localhost:1143/Returned/2026",
            Place("Returned/2026", "localhost", 1143, "me@x.org", "p"),
        ),
    ],
)
def test_an_inbox_is_a_folder_or_a_url(text: str, place: Place) -> None:
    assert parse_inbox(text) == place


@pytest.mark.parametrize(
    "text",
    ["", " ", "news@example.org", "http://x.example/", "imaps://host-without-user/", "imaps://me:p@h:99999/",
     "imaps://me:p@h/INBOX?x=1", "imaps://me:p@h/a%0d%0aLOGOUT", "imaps://me%0a:p@h/", "maildir://host/folder"],
)  # fmt: skip
def test_what_is_no_inbox_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(Misuse, match="give a Maildir"):
        parse_inbox(text)


def test_a_password_is_not_shown_in_an_error() -> None:
    with pytest.raises(Misuse) as refused:
        parse_inbox("imaps://me:hidden@host:99999/")
    assert "hidden" not in str(refused.value)


# ---- Maildir ----


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    for part in ("new", "cur", "tmp"):
        (folder / part).mkdir(parents=True)
    return folder


def test_new_mails_of_a_maildir_are_read_once_and_stay_as_seen(store: Store, maildir: Path, now: datetime) -> None:
    for number, raw in enumerate(some(3)):
        (maildir / "new" / f"{number}.host").write_bytes(raw)
    (maildir / "cur" / "9.host:2,F").write_bytes(plain("hello", sender="sok@example.org", subject="x"))
    (maildir / "cur" / "8.host:2,S").write_bytes(b"read by a person")
    (maildir / "new" / ".hidden").write_bytes(b"no mail")

    done = collect(store, str(maildir), now=now)

    assert (done.kinds, done.again, counted(store)) == ({"unknown": 4}, 0, 4)
    assert sorted(one.name for one in (maildir / "cur").iterdir()) == [
        "0.host:2,S", "1.host:2,S", "2.host:2,S", "8.host:2,S", "9.host:2,FS",
    ]  # fmt: skip
    assert collect(store, f"maildir://{maildir}", now=now).kinds == {}


def test_a_mail_that_was_read_but_not_marked_is_read_again_and_counts_once(
    store: Store, maildir: Path, now: datetime
) -> None:
    class Crashing(Maildir):
        def done(self, names: Sequence[str]) -> None:
            raise KeyboardInterrupt

    (maildir / "new" / "1").write_bytes(report())
    with pytest.raises(KeyboardInterrupt):
        read(store, Crashing(maildir), now=now)
    assert counted(store) == 1
    done = read(store, Maildir(maildir), now=now)
    assert (done.kinds, done.again, counted(store)) == ({}, 1, 1)


def test_a_mailbox_is_read_in_rounds_of_bounded_size(store: Store, maildir: Path, now: datetime) -> None:
    for number, raw in enumerate(some(5)):
        (maildir / "new" / f"{number}").write_bytes(raw)
    assert sum(collect(store, str(maildir), now=now, limit=3).kinds.values()) == 3
    assert sum(collect(store, str(maildir), now=now, limit=3).kinds.values()) == 2


def test_of_a_huge_mail_only_the_beginning_is_read(maildir: Path) -> None:
    (maildir / "new" / "1").write_bytes(b"x" * (2 * LARGEST))
    ((_, raw),) = Maildir(maildir).unread(9)
    assert len(raw) == LARGEST


def test_a_mail_that_somebody_else_moves_meanwhile_is_passed_over(store: Store, maildir: Path, now: datetime) -> None:
    for name in ("1", "2"):
        (maildir / "new" / name).write_bytes(report(name=f"<{name}@x.example>"))

    class Busy(Maildir):
        def unread(self, limit: int) -> Iterator[tuple[str, bytes]]:
            for name, raw in super().unread(limit):
                (maildir / "new" / "2").unlink(missing_ok=True)
                yield name, raw

    assert sum(read(store, Busy(maildir), now=now).kinds.values()) == 1


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no Maildir"):
        opened(str(tmp_path))


# ---- IMAP ----


def at(box: Postbox, scheme: str = "imap", password: str = "secret") -> str:
    return f"{scheme}://me:{password}@127.0.0.1:{box.port}/INBOX"


def test_unseen_mails_of_an_imap_mailbox_are_read_once_and_marked(store: Store, now: datetime) -> None:
    with serving(Postbox(dict(enumerate(some(30), start=7)), seen={7})) as box:
        done = collect(store, at(box), now=now)
        assert (done.kinds, counted(store)) == ({"unknown": 29}, 29)
        assert box.seen == set(box.mails)
        assert collect(store, at(box), now=now).kinds == {}
    assert box.said[-1] == "LOGOUT"


def test_mails_are_marked_only_after_they_are_stored(store: Store, now: datetime) -> None:
    with serving(Postbox({1: report()}, drop_at="UID STORE")) as box:
        with pytest.raises(UserError, match="broke off"):
            collect(store, at(box), now=now)
        assert (box.seen, counted(store)) == (set(), 1)
        box.drop_at = ""
        assert collect(store, at(box), now=now).again == 1


def test_of_a_huge_mail_only_the_beginning_is_fetched(store: Store) -> None:
    with serving(Postbox({1: b"x" * (2 * LARGEST)})) as box:
        server = Imap(parse_inbox(at(box)))
        ((_, raw),) = server.unread(9)
        server.close()
    assert len(raw) == LARGEST


@pytest.mark.parametrize("starttls", [True, False])
def test_imap_is_encrypted(
    store: Store, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starttls: bool
) -> None:
    context, trusted = certificate.make(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with serving(Postbox({1: report()}, tls=context, starttls=starttls)) as box:
        done = collect(store, at(box, "imap" if starttls else "imaps"), now=now)
    assert done.kinds == {"unknown": 1}


def test_a_certificate_that_nobody_trusts_is_refused(store: Store, now: datetime, tmp_path: Path) -> None:
    context, _ = certificate.make(tmp_path)
    with serving(Postbox(tls=context)) as box, pytest.raises(UserError, match="cannot be reached"):
        collect(store, at(box, "imaps"), now=now)
    assert box.said == []


@pytest.mark.parametrize(
    ("answers", "drop_at", "words"),
    [
        ({}, "CAPABILITY", "cannot be reached"),
        ({"LOGIN": "NO go away"}, "", "does not let"),
        ({}, "LOGIN", "does not let"),
        ({"SELECT": "NO no such mailbox"}, "", "has no mailbox"),
        ({}, "SELECT", "broke off"),
        ({"UID SEARCH": "NO never"}, "", "does not search"),
        ({}, "UID SEARCH", "broke off"),
        ({}, "UID FETCH", "broke off"),
        ({"UID STORE": "NO read-only"}, "", "marks no mail"),
    ],
)
def test_whatever_the_server_does_the_error_says_what_it_was(
    store: Store, now: datetime, answers: dict[str, str], drop_at: str, words: str
) -> None:
    with serving(Postbox({1: report()}, answers=answers, drop_at=drop_at)) as box:
        with pytest.raises(UserError, match=words) as failed:
            collect(store, at(box), now=now)
        assert "secret" not in str(failed.value)


def test_a_mail_that_is_gone_when_it_is_fetched_is_passed_over(store: Store, now: datetime) -> None:
    with serving(Postbox({1: report()}, answers={"UID FETCH": "NO gone"})) as box:
        assert collect(store, at(box), now=now).kinds == {}


def test_without_tls_no_password_goes_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Postbox()) as box:
        monkeypatch.setattr("mail.inbox_imap._is_here", lambda host: False)
        with pytest.raises(UserError, match="offers no TLS"):
            Imap(parse_inbox(at(box)))
        assert not [line for line in box.said if line.startswith("LOGIN")]


def test_an_inbox_that_cannot_be_read_does_not_keep_refusals_from_being_counted(store: Store, now: datetime) -> None:
    with pytest.raises(UserError):
        look(store, "/no/such/maildir", now=now)
    assert look(store, "", now=now) == inbox.Read({})
