"""The lint finds what is wrong with real bytes, and nothing wrong with ours."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mail import confirmation, lint, markup
from mail.lint import Expected, faults
from mail.message import assemble, message_id
from mail.proof import proof
from mail.settings import Mailing
from state.codec import encode
from state.keys import Key, Keys
from state.records import Edition, Message, Site, Subscriber
from templates.catalogue import languages
from tests.mail.people import HARVEST, SITE, entry
from tests.mail.test_edition import FULLY_TOLD, NOW, composed, many

KEYS = Keys((Key("k1", "token", b"s" * 32, NOW),))
PERSON = Subscriber("sok0123456789abc", "sok@example.org", "confirmed", "UTC", "en", "09:00", 0, 1, 1, NOW)
ROW = Message(
    7, PERSON.id, PERSON.email, "digest", "2026-05-10", "5f0c", message_id(SITE, PERSON.id, "digest", "2026-05-10"), 1,
    "claimed", 0, 1, NOW, NOW,
)  # fmt: skip
EDITION = composed(("harvest", [*many(3), FULLY_TOLD]))
URLS = {f"https://press.example.org/e{at}" for at in range(3)} | {
    FULLY_TOLD.url,
    *(file.url for file in FULLY_TOLD.record.enclosures),
}
EXPECTED = Expected(SITE.url, URLS, owner=True, holes=("unsubscribe-5f0c", "preferences-5f0c"))


def mail(edition: Edition = EDITION, *, site: Site = SITE, row: Message = ROW) -> bytes:
    made = assemble(row, edition=edition, payload="", keys=KEYS, site=site, settings=Mailing(), now=NOW)
    return made.data


def found(data: bytes, expected: Expected = EXPECTED) -> str:
    return "\n".join(faults(data, expected))


@pytest.mark.parametrize("language", ["en", *languages()])
@pytest.mark.parametrize("number", [0, 1, 60, 400])
def test_our_digests_pass(number: int, language: str) -> None:
    entries = [*many(number, summary="In short " * 30), FULLY_TOLD]
    edition = composed(("harvest?country=KH", entries), ("all", [entry("e999", now=NOW)]), language=language)
    named = [*entries, entry("e999", now=NOW)]
    assert proof(edition, named, site=SITE, mailing=Mailing(), now=NOW) == ()


@pytest.mark.parametrize(
    "title",
    [
        "ចំណងជើងវែង " * 30, "اتفاق جديد", "</title><b>", "Read more", "x" * 3000, "a\u2028b", "=?utf-8?q?x?=", "..",
        "From",
        "&amp;", "ẞtraße İstanbul ﬁ", "%(n)s {{ 1 }}", "https://elsewhere.example.com/",
    ],
)  # fmt: skip
def test_whatever_a_source_calls_its_entries_the_edition_passes(title: str) -> None:
    entries = [entry("e1", now=NOW, title=title, summary=title * 2, place=title[:80]), *many(2)]
    edition = composed(("harvest", entries))
    assert proof(edition, entries, site=SITE, mailing=Mailing(), now=NOW) == ()


@pytest.mark.parametrize(
    "site", [replace(SITE, url="http://127.0.0.1:8000"), replace(SITE, url="https://example.org/news", contact="")]
)
def test_a_site_without_a_public_name_or_below_a_path_passes(site: Site) -> None:
    from mail.cohort import Cohort, Item, Section
    from mail.coverage import Coverage
    from mail.edition import Known, compose
    from tests.mail.people import source

    cohort = Cohort((Section("all", (Item("e1", 1, ""),)),), "en", "UTC", ("daily",), "2026-05-10")
    known = Known({"e1": entry("e1", now=NOW)}, {}, {"press": source(NOW)})
    made = compose(cohort, known, coverage=Coverage(1, 0, 0, None), site=site, edition_id="5f0c", now=NOW)
    assert proof(made, known.entries.values(), site=site, mailing=Mailing(), now=NOW) == ()


@pytest.mark.parametrize("language", ["en", *languages()])
def test_our_confirmations_pass(language: str) -> None:
    person = replace(PERSON, language=language, timezone="Asia/Phnom_Penh")
    letter = confirmation.compose(
        person, [("harvest?country=KH", "weekly"), ("all", "now")], token="c-k1-abc-1-0-0-x", days=7, site=SITE,
        topics={"harvest": HARVEST}, sample=[FULLY_TOLD, entry("a1", now=NOW, title="اتفاق", language="ar")],
    )  # fmt: skip
    row = replace(ROW, kind="confirm", edition=None)
    data = assemble(row, edition=None, payload=encode(letter), keys=KEYS, site=SITE, settings=Mailing(), now=NOW).data
    assert faults(data, Expected(SITE.url, bulk=False, owner=True)) == ()


Change = Callable[[bytes], bytes]


def without(name: bytes) -> Change:
    return lambda data: b"\r\n".join(line for line in data.split(b"\r\n") if not line.startswith(name + b":"))


def instead(old: bytes, new: bytes) -> Change:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.replace(b"\r\n", b"\n"), "bare CR or LF"),
        (instead(b"Subject: ", b"Subject: a\rb "), "bare CR or LF"),
        (instead(b"Precedence: bulk", b"Precedence: bulk\r\nX: " + b"x" * 999), "has 1002 octets"),
        (instead(b"\r\n\r\nLabour", b"\r\n\r\n.Labour"), "begins with a dot"),
        (without(b"Date"), "Date stands 0 times"),
        (without(b"List-Owner"), "List-Owner stands 0 times"),
        (without(b"Feedback-ID"), "Feedback-ID stands 0 times"),
        (instead(b"To: ", b"To: a@example.org\r\nTo: "), "To stands 2 times"),
        (instead(b"To: sok@example.org", b"To: sok@example.org, dara@example.org"), "To holds 2 addresses"),
        (instead(b"Subject: 4 new: Title number 0", b"Subject:  "), "subject is empty"),
        (instead(b"@news.example.org>\r\nList-Unsub", b"@localhost>\r\nList-Unsub"), "needs a full domain"),
        (instead(b"Date: Sun, 10 May 2026", b"Date: one day in 2026"), "no instant of RFC 5322"),
        (instead(b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Yes"), "and not 'List-Unsubscribe=One-Click'"),
        (instead(b"List-Unsubscribe: <https", b"List-Unsubscribe: <gopher"), "List-Unsubscribe is not"),
        (instead(b"<digests.news.example.org>", b"digests"), "RFC 2919"),
        (instead(b"List-Help: <", b"List-Help: "), "List-Help is"),
        (instead(b"auto-generated", b"no"), "and not 'auto-generated'"),
        (instead(b"multipart/alternative", b"multipart/mixed"), "the text comes first"),
        (instead(b"text/html; charset", b"text/enriched; charset"), "a part is missing"),
        (instead(b"charset=utf-8", b"charset=klingon"), "cannot be decoded"),
        (instead(b"quoted-printable", b"8bit"), "pass everywhere"),
        (instead(b"quoted-printable", b"7bit"), "must say how to leave"),
        (instead(b"\r\n\r\nLabour", b"\r\n\r\n=ZZLabour"), "escape that is none"),
        (instead(b"\r\n\r\nLabour", b"\r\n\r\n" + b"x" * 90 + b"Labour"), "line over 76"),
        (instead(b"\r\n\r\nLabour", b"\r\n\r\n\xc3\xa9Labour"), "octets over 127"),
    ],
)  # fmt: skip
def test_faults_of_bytes_and_headers_are_found(change: Change, said: str) -> None:
    assert found(mail()) == ""
    assert said in found(change(mail()))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<html lang="en"', "<html", "<html> must have lang and dir"),
        ('<div class="page"', '<p>x</p><div class="page"', "the first child of <body> must have lang and dir"),
        ('<html lang="en"', '<html lang="fr"', "says lang='fr'"),
        ('role="presentation"', "", "lacks role"),
        ('role="article"', "", 'role="article"'),
        ("<title>", "<title></title><p>", "not closed"),
        ("<h1", "<h3", "there must be one h1"),
        ("</h2>", "</h2><h4>deep</h4>", "is h4 after h2"),
        ("</h1>", "</h1><h2> </h2>", "an h2 is empty"),
        ("</h1>", '</h1><img src="cid:1">', "has no alt"),
        ("</h1>", '</h1><img alt="" src="https://track.example.com/1.gif">', "would fetch"),
        ("</h1>", "</h1><script>1</script>", "<script> has no place"),
        ("</h1>", '</h1><link rel="stylesheet" href="https://e.example.com/a.css">', "<link> has no place"),
        ("</h1>", '</h1><p onclick="x()">a</p>', "has a script in onclick"),
        ("</h1>", '</h1><p style="background: url(https://e.example.com/a)">a</p>', "style that fetches"),
        ("</h1>", "</h1><style>@import 'x'</style>", "a style sheet fetches"),
        ("</h1>", '</h1><a href="https://elsewhere.example.com/">A page</a>', "leads neither to"),
        ("</h1>", '</h1><a href="https://news.example.org.evil.example.com/">A page</a>', "leads neither to"),
        ("</h1>", '</h1><a href="/topics/harvest">A page</a>', "no absolute address"),
        ("</h1>", '</h1><a href="javascript:alert(1)">A page</a>', "no absolute address"),
        ("</h1>", '</h1><a href="https://news.example.org/x"> </a>', "has no text"),
        ("</h1>", '</h1><a href="https://news.example.org/x">Click here!</a>', "does not say where it leads"),
        ("</h1>", '</h1><a href="#nowhere">There</a>', "leads nowhere in the mail"),
        ('id="e2"', 'id="e1"', "stands more than once"),
        ("</h1>", "</h1><h2>Only here</h2>", "the text part lacks 'Only here'"),
        ("</h1>", "</h1>" + "<p>long</p>" * 8000, "may be clipped"),
    ],
)  # fmt: skip
def test_faults_of_the_html_are_found(old: str, new: str, said: str) -> None:
    assert old in EDITION.html
    assert said in found(mail(replace(EDITION, html=EDITION.html.replace(old, new, 1))))


def test_a_headline_that_only_one_part_has_is_found() -> None:
    lost = replace(EDITION, text=EDITION.text.replace("Title number 1", "Another title"))
    assert "the text part lacks 'Title number 1'" in found(mail(lost))


def test_a_digest_without_a_way_out_is_found() -> None:
    lost = replace(EDITION, html=EDITION.html.replace("unsubscribe-5f0c", "x", 1))
    assert "link to leave at its beginning and at its end" in found(mail(lost))
    quiet = replace(EDITION, text=EDITION.text.replace("unsubscribe-5f0c", "x"))
    assert "must say how to leave" in found(mail(quiet))


def test_a_hole_that_was_left_open_is_found() -> None:
    open_ = replace(EDITION, text=EDITION.text + "other-hole")
    assert "a hole is left open: other-hole" in found(mail(open_), replace(EXPECTED, holes=("other-hole",)))


def test_a_mail_that_grew_too_large_is_found() -> None:
    assert "at most 400,000 are sent" in found(mail(replace(EDITION, text=EDITION.text + "word " * 90_000)))


def test_a_page_is_read_as_it_stands() -> None:
    page = markup.read(
        '<html><body><ul><li><a href="#a">One <b>two</b></a></li></ul><br><h2>Three</h2></p></body></html>'
    )
    assert page.headlines == ["Three", "One two"]
    assert page.hrefs == ["#a"]
    assert "p" in page.unclosed


def test_the_bounds_of_composing_leave_room_for_filled_holes() -> None:
    from mail import edition

    assert edition.MAX_HTML + 3 * 120 <= lint.MAX_HTML
