"""Digests in the words of the admin, and in ours where those fail."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mail.digest import plan_due, preview
from mail.editing import edit
from mail.edition import for_all
from mail.message import hole
from mail.settings import Digests, Mailing
from state import alarms, editions, outbox
from state.alarms import Alarm
from state.editions import Issue
from state.errors import UserError
from state.records import Enclosure
from state.store import Store
from tests.docs.pages import ROOT, blocks
from tests.mail.people import SITE, entry, file, know_topics, subscribe

HOUR = timedelta(hours=1)
DOCUMENTED = next(one.text for one in blocks(ROOT / "docs" / "templates.md") if one.language == "jinja")
EVERYTHING = """{{ subject }}|{{ heading }}|{{ preheader }}|{{ day }}|{{ language }}|{{ dir }}|{{ sample }}
{{ site.title }}|{{ site.url }}|{{ site.contact }}|{{ site.postal_address }}|{{ coverage }}
{% for lines in note %}{{ lines | join("/") }}{% endfor %}
{% for one in headlines %}{{ one.anchor }} {{ one.title }} {{ one.url }}{% endfor %}

{% for chapter in chapters %}
{{ chapter.title }}|{{ chapter.url }}|{{ chapter.feed }}|{{ chapter.more }}|{{ chapter.brief | length }}
{% for one in chapter.entries %}
{{ one.anchor }}|{{ one.title }}|{{ one.url }}|{{ one.source }}|{{ one.date }}|{{ one.kind }}|{{ one.place }}
{{ one.summary }}|{{ one.why }}|{{ one.also }}|{{ one.language }}|{{ one.dir }}
{% for file in one.downloads %}{{ file.label }} {{ file.url }}{% endfor %}

{% endfor %}
{% endfor %}
{% for one in changed %}{{ one.title }} {{ one.changed }}{% endfor %}
{{ links.web }} {{ links.unsubscribe }} {{ links.preferences }}
"""


class House:
    """A store with a reader of "harvest", a folder of templates, and a clock that goes on."""

    def __init__(self, store: Store, folder: Path, now: datetime) -> None:
        self.store, self.folder, self.now = store, folder, now
        with store.write() as db:
            know_topics(db, now)
            subscribe(db, "sok@example.org", "harvest", now=now)

    def writes(self, name: str, source: str) -> None:
        (self.folder / name).write_text(source, encoding="utf-8")

    def digest(self, name: str, *, folder: bool = True) -> Issue:
        """File an entry, plan the digest with it."""
        self.now += HOUR
        files = (Enclosure("https://press.example.org/report.pdf", "application/pdf", "", "Report", 340_000),)
        made = entry(
            name, now=self.now, title=f"Grain of {name}", summary="Dry.", place="Phnom Penh", kind="notice",
            enclosures=files,
        )  # fmt: skip
        with self.store.write() as db:
            file(db, made, "harvest", now=self.now)
        settings = Digests(templates=str(self.folder) if folder else "")
        planned = plan_due(self.store, site=SITE, settings=settings, now=self.now, immediately=True)
        assert planned.messages == 1
        with self.store.read() as db:
            return editions.issue(db, planned.editions[0])

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        with self.store.read() as db:
            return alarms.alarms(db)


@pytest.fixture
def house(store: Store, tmp_path: Path, now: datetime) -> House:
    folder = tmp_path / "own"
    folder.mkdir()
    return House(store, folder, now)


def test_the_documented_template_passes_the_lint_and_goes(house: House) -> None:
    house.writes("digest.html", DOCUMENTED)

    issue = house.digest("e1")

    assert (issue.desk.state, issue.desk.reason) == ("going", "")
    assert "Grain of e1</a><br>" in issue.edition.html
    assert "HARVEST WORK\n====" in issue.edition.text, "the text part stays ours"
    assert hole(issue.edition.id) in issue.edition.html
    assert hole(issue.edition.id) not in for_all(issue.edition)
    assert house.alarms == ()


def test_it_gets_every_value_that_is_documented(house: House) -> None:
    house.writes("digest.txt", EVERYTHING)

    issue = house.digest("e1")
    text = issue.edition.text

    assert text.startswith("1 new: Grain of e1|1 new|Dry.|")
    for said in (
        "|en|ltr|False\n",
        "Labour news|https://news.example.org|editor@example.org|1 Sample Street, Sampleton|Checked ",
        "e1 Grain of e1 https://press.example.org/e1",
        "Harvest work|https://news.example.org/",
        "|notice|Phnom Penh\nDry.|Because you follow Harvest work: “harvest…”|",
        "Download: Report (PDF, 340",
        f"{hole(issue.edition.id)} ",
    ):
        assert said in text, (said, text)


def test_all_that_the_page_promises_is_tried_here() -> None:
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8").split("## Your own digest")[1]
    table = page.split("| name | what it is |\n|---|---|\n")[1].split("\n\n")[0]
    first = [name.strip(" `") for row in table.splitlines() for name in row.split(" | ")[0].strip("| ").split(",")]
    for name in first:
        assert name == "an entry" or name in EVERYTHING, name


@pytest.mark.parametrize(
    ("source", "said"),
    [("<p>\n{{ nothing }}", "digest.html:2 is refused: 'nothing'"), ("{% if", "digest.html:1"), ("{{ ''.__class__ }}",
     "__class__")],
    ids=["undefined", "syntax", "hostile"],
)  # fmt: skip
def test_one_that_fails_loses_nobodys_digest_and_is_told_once(house: House, source: str, said: str) -> None:
    house.writes("digest.html", source)
    house.writes("digest.txt", "{{ subject }}")

    issue = house.digest("e1")

    assert issue.desk.state == "going"
    assert "1 new</h1>" in issue.edition.html
    assert "HARVEST WORK\n====" in issue.edition.text, "both parts are ours, so that they say the same"
    with house.store.read() as db:
        assert [one.state for one in outbox.messages(db)] == ["queued"]
    (alarm,) = house.alarms
    assert (alarm.source, alarm.kind, alarm.asks) == (
        "digests",
        "templates",
        "tidings digest preview --topic all",
    )
    assert said in alarm.message
    assert str(house.folder) in alarm.message
    house.digest("e2")
    assert house.alarms == (alarm,)


def test_the_alarm_ends_with_the_first_digest_that_is_the_admins(house: House) -> None:
    house.writes("digest.html", "{{ nothing }}")
    house.digest("e1")
    house.writes("digest.html", DOCUMENTED)
    assert "Grain of e2</a><br>" in house.digest("e2").edition.html
    assert house.alarms == ()


def test_the_alarm_ends_with_the_key(house: House) -> None:
    house.digest("e1")
    (alarm,) = house.alarms
    assert "neither digest.html nor digest.txt" in alarm.message
    house.digest("e2", folder=False)
    assert house.alarms == ()


def test_an_alarm_of_a_held_edition_and_that_of_a_template_stand_side_by_side(house: House) -> None:
    house.writes("digest.html", "<p>No way to leave.</p>")
    issue = house.digest("e1")
    assert issue.desk.state == "held"
    house.writes("digest.html", "{{ nothing }}")
    house.digest("e2")
    assert [alarm.kind for alarm in house.alarms] == ["delivery", "templates"]


def test_an_edited_digest_stays_in_the_admins_words(house: House) -> None:
    house.writes("digest.txt", "{{ note[0] | join(' ') if note else 'no note' }}\n{{ subject }}\n" + EVERYTHING)
    issue = house.digest("e1")
    assert issue.edition.text.startswith("no note\n")
    more = {"drop": (), "site": SITE, "mailing": Mailing(), "now": house.now, "templates": str(house.folder)}

    done = edit(house.store, issue.edition.id, note="The mill\nis closed.", **more)  # type: ignore[arg-type]

    assert done.edition.text.startswith("The mill is closed.\n1 new")
    house.writes("digest.txt", "{{ nothing }}")
    with pytest.raises(UserError, match="'nothing' is undefined"):
        edit(house.store, issue.edition.id, note="Open again.", **more)  # type: ignore[arg-type]


def test_a_preview_shows_the_admins_words_or_the_refusal(house: House) -> None:
    house.writes("digest.html", DOCUMENTED)
    house.digest("e1")
    with house.store.read() as db:
        since, folder = house.now - HOUR, str(house.folder)
        made = preview(db, topic="harvest", since=since, site=SITE, now=house.now, templates=folder)
        assert "Grain of e1</a><br>" in made.html
        house.writes("digest.html", "<p>\n\n{{ ''.__class__ }}")
        with pytest.raises(UserError, match=r"digest\.html:3 is refused"):
            preview(db, topic="harvest", since=since, site=SITE, now=house.now, templates=folder)
