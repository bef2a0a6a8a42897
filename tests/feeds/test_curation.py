"""What the admin decides about entries holds at later visits, mails nobody, and can be taken back."""

import pytest

from feeds import curation
from state import curation as ledger
from state import entries, filings, owed, publications, sightings, topics
from state.errors import Misuse, NotFound, UserError
from state.records import Topic
from state.store import Store
from tests.feeds.samples import NOW, SITE
from tests.feeds.visits import Watched, item, page

MINISTRY = "https://office.example.org/ministry"
OURS = item("Ten provinces agree on a hotline", "2006-05-15", 1)
THEIRS = item("Hotline for ten provinces is agreed", "2006-05-15", 2)
OLD = [item("Kilns close", "2006-05-08", 3), item("Wages rise", "2006-05-07", 4), item("Farms grow", "2006-05-06", 5)]


@pytest.fixture
def office(store: Store) -> Watched:
    """A list on which the same news stands twice, under two titles and two links."""
    watched = Watched(store)
    watched.visit(page(*OLD))
    watched.visit(page(OURS, THEIRS, *OLD))
    return watched


def merged(office: Watched) -> tuple[str, str]:
    ours, theirs = office.entry(OURS.title).id, office.entry(THEIRS.title).id
    curation.merge(office.store, ours, theirs, site=SITE, now=office.now)
    return ours, theirs


def told(store: Store, *lines: tuple[str, str]) -> None:
    """People were sent entries."""
    from tests.mail.people import subscribe

    with store.write() as db:
        for place, (email, entry) in enumerate(lines):
            person = subscribe(db, email, "all", now=NOW).subscriber
            owed.note_sent(db, [(person.id, entry, 1, 100 + place)])


def test_a_hidden_entry_leaves_the_feeds_and_comes_back(office: Watched) -> None:
    id = office.entry("Kilns close").id
    curation.hide(office.store, id, site=SITE, now=office.now)
    assert "Kilns close" not in office.titles()
    with office.store.read() as db:
        assert {"all", "source-office"} <= {feed.name for feed in publications.dirty(db)}
    with pytest.raises(UserError, match="is hidden since"):
        curation.hide(office.store, id, site=SITE, now=office.now)
    curation.unhide(office.store, id, site=SITE, now=office.now)
    assert "Kilns close" in office.titles()
    with pytest.raises(UserError, match="is not hidden"):
        curation.unhide(office.store, id, site=SITE, now=office.now)
    with office.store.read() as db:
        assert [what for _, what in ledger.log(db, id)] == ["hidden", "shown again"]


def test_two_records_of_one_page_that_were_merged_stay_one_entry_at_later_polls(office: Watched) -> None:
    ours, theirs = merged(office)
    assert office.titles() == [OURS.title, *(one.title for one in OLD)]
    plan = office.visit(page(OURS, THEIRS, *OLD))
    assert (plan.new, plan.raised) == ((), ())
    assert office.titles() == [OURS.title, *(one.title for one in OLD)]
    with office.store.read() as db:
        assert [part.id for part in ledger.parts(db, ours)] == [theirs]


def test_a_later_sighting_of_a_merged_entry_elsewhere_is_nothing_new(office: Watched) -> None:
    merged(office)
    plan = office.visit(page(THEIRS, url=MINISTRY))
    assert plan.new == ()


def test_who_was_sent_the_part_is_not_sent_the_whole(office: Watched) -> None:
    ours, theirs = office.entry(OURS.title).id, office.entry(THEIRS.title).id
    told(office.store, ("sok@example.org", theirs), ("dara@example.org", ours))
    done = curation.merge(office.store, ours, theirs, site=SITE, now=office.now)
    assert (done.parts, done.told) == ((theirs,), 1)
    with office.store.read() as db:
        people = ledger.people_after(db, "")
        assert owed.already_sent(db, people, [ours]) == {(person, ours) for person in people}


def test_topics_of_the_part_become_topics_of_the_whole_and_old_news_stays_old(office: Watched) -> None:
    with office.store.write() as db:
        topics.put_topic(db, Topic("kilns", "Kilns", any=("kiln*",)), NOW)
        topics.put_topic(db, Topic("wages", "Wages", any=("wage*",)), NOW)
    news = item("Kiln owners pay", "2006-05-16", 8)
    office.visit(page(news, OURS, THEIRS, *OLD))
    old, new = office.entry("Wages rise").id, office.entry(news.title).id
    curation.merge(office.store, old, new, site=SITE, now=office.now)
    with office.store.read() as db:
        assert entries.entry(db, old).topics == ("kilns",)
        assert filings.filed(db, [old])[old, "kilns"] is False


def test_a_merge_is_taken_back_whole(office: Watched) -> None:
    ours, theirs = merged(office)
    with pytest.raises(UserError, match="part of"):
        curation.unhide(office.store, theirs, site=SITE, now=office.now)
    with pytest.raises(UserError, match="already"):
        curation.merge(office.store, office.entry("Kilns close").id, theirs, site=SITE, now=office.now)
    parted = curation.split(
        office.store, ours, seen_in="", mail=False, mint=lambda: ("x", "urn:x"), site=SITE, now=office.now
    )
    assert parted == (theirs,)
    assert {OURS.title, THEIRS.title} <= set(office.titles())
    assert office.visit(page(OURS, THEIRS, *OLD)).new == ()


def test_a_part_goes_with_its_whole_into_a_third(office: Watched) -> None:
    ours, theirs = merged(office)
    third = office.entry("Kilns close").id
    done = curation.merge(office.store, third, ours, site=SITE, now=office.now)
    assert set(done.parts) == {ours, theirs}
    with office.store.read() as db:
        assert {part.id for part in ledger.parts(db, third)} == {ours, theirs}


def test_an_entry_cannot_be_merged_into_itself_or_into_nothing(office: Watched) -> None:
    id = office.entry("Kilns close").id
    with pytest.raises(Misuse, match="into itself"):
        curation.merge(office.store, id, id, site=SITE, now=office.now)
    with pytest.raises(NotFound):
        curation.merge(office.store, id, "nothing", site=SITE, now=office.now)


def test_what_a_rule_linked_wrongly_becomes_an_entry_of_its_own_for_good(office: Watched) -> None:
    """Two offices give the same title on the same day to two things."""
    twin = item(OURS.title, OURS.date, 77, summary="Another hotline of the same name.")
    office.visit(page(twin, url=MINISTRY))
    whole = office.entry(OURS.title)
    with office.store.read() as db:
        assert len(entries.sightings(db, whole.id)) == 2
    with pytest.raises(UserError, match=r"--seen-in NUMBER \(1: .*; 2: "):
        curation.split(office.store, whole.id, seen_in="", mail=False, mint=_mint, site=SITE, now=office.now)
    (made,) = curation.split(
        office.store, whole.id, seen_in=MINISTRY, mail=False, mint=_mint, site=SITE, now=office.now
    )
    assert made == "parted"
    for again in (page(twin, url=MINISTRY), page(OURS, THEIRS, *OLD)):
        assert office.visit(again).new == ()
    with office.store.read() as db:
        (theirs,) = entries.sightings(db, made)
        assert (theirs.document, theirs.rule) == (MINISTRY, "split")
        assert not any(filings.filed(db, [made]).values())
        assert [seen.document for seen in entries.sightings(db, whole.id)] == ["https://office.example.org/list"]
        keys = sightings.evidence_of(db, [made, whole.id])
    links = [{key for kind, key in keys[id] if kind == "url"} for id in (made, whole.id)]
    assert not links[0] & links[1]


def test_an_entry_that_was_seen_once_has_nothing_to_split(office: Watched) -> None:
    with pytest.raises(UserError, match="nothing to split"):
        curation.split(
            office.store,
            office.entry("Kilns close").id,
            seen_in="",
            mail=False,
            mint=_mint,
            site=SITE,
            now=office.now,
        )


def test_a_split_entry_is_news_where_the_admin_says_so(office: Watched) -> None:
    office.visit(page(item(OURS.title, OURS.date, 77), url=MINISTRY))
    (made,) = curation.split(
        office.store, office.entry(OURS.title).id, seen_in="2", mail=True, mint=_mint, site=SITE, now=office.now
    )
    with office.store.read() as db:
        assert filings.filed(db, [made]) == {(made, "all"): True}


def _mint() -> tuple[str, str]:
    return "parted", "urn:uuid:parted"
