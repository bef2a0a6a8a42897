"""Compose the frozen content of a digest: a subject that says what is inside, text and HTML.

Pure, but for the templates. Rendered once for a cohort, never per reader; what is
personal is a hole (mail/message.py). Headlines stand on top, then every topic
with its entries, and at the end how much was looked at. Nothing is cut silently:
past a bound entries are headlines only, past the next one a number with a link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice

from mail.cohort import Cohort, Item, Section
from mail.coverage import Coverage
from mail.message import hole
from state.filings import ALL
from state.filters import parse_expression
from state.records import Edition, Enclosure, Entry, Site, Source, Topic
from templates import dates, links, wording
from templates.inline import inlined
from templates.render import render
from templates.wording import Say, words

FULL, HEADLINES = 50, 300  # entries that are told in full; that are named at all
FEWEST = 5  # entries told in full, however long they are
MAX_HTML = 80_000  # octets: Gmail clips a mail at about 102 KB
SUBJECT, PREHEADER, SUMMARY = 90, 140, 600  # characters


@dataclass(frozen=True, slots=True)
class Known:
    """What a digest may need to know of the world, by id."""

    entries: Mapping[str, Entry]
    topics: Mapping[str, Topic]
    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Download:
    """A file of an entry. label: says where the link goes ("Download: PDF, Khmer")."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as the templates show it. facts: source, date, kind, place. language, direction: "" = the mail's."""

    anchor: str
    title: str
    url: str
    facts: tuple[str, ...]
    summary: str
    downloads: tuple[Download, ...]
    why: str
    also: str
    language: str
    direction: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A topic of the digest. full: entries told; brief: headlines only; more: a number with the link."""

    title: str
    url: str
    feed: str
    full: tuple[Told, ...]
    brief: tuple[Told, ...]
    more: int


def compose(cohort: Cohort, known: Known, *, coverage: Coverage, site: Site, edition_id: str, now: datetime) -> Edition:
    """The edition of a cohort. edition_id: unguessable, also the hole's name. now: the date on top."""
    full, named = FULL, HEADLINES
    while True:
        room = (full, named)
        edition = _composed(cohort, known, room, coverage=coverage, site=site, edition_id=edition_id, now=now)
        if len(edition.html.encode()) <= MAX_HTML or full <= FEWEST:
            return edition
        full, named = full * 2 // 3, named * 2 // 3


def _composed(
    cohort: Cohort,
    known: Known,
    room: tuple[int, int],
    *,
    coverage: Coverage,
    site: Site,
    edition_id: str,
    now: datetime,
) -> Edition:
    """room: how many entries are told in full, and how many are named."""
    say = words(cohort.language)
    chapters = _chapters(cohort, known, room, site)
    told = [one for chapter in chapters for one in (*chapter.full, *chapter.brief)]
    number = len(cohort.entries)
    subject = say.count("%(n)s new: %(title)s", "%(n)s new: %(title)s", number, title=shortened(told[0].title, SUBJECT))
    values = {
        "say": say,
        "site": site,
        "subject": subject,
        "heading": say.count("%(n)s new", "%(n)s new", number),
        "day": dates.day(now, cohort.timezone, say.language),
        "preheader": _preheader(told),
        "chapters": chapters,
        "told": told,
        "coverage": _coverage(coverage, say, cohort.timezone, now),
        "unsubscribe": links.unsubscribe(site, hole(edition_id)),
    }
    return Edition(
        id=edition_id,
        language=say.language,
        timezone=cohort.timezone,
        subject=subject,
        text=render("mail/digest.txt", **values),
        html=inlined(render("mail/digest.html", **values)),
        entries=cohort.entries,
        created_at=now,
    )


def _chapters(cohort: Cohort, known: Known, room: tuple[int, int], site: Site) -> tuple[Chapter, ...]:
    sizes = [len(section.items) for section in cohort.sections]
    chapters = []
    number = count(1)
    for section, full, named in zip(cohort.sections, shares(sizes, room[0]), shares(sizes, room[1]), strict=True):
        told = [_told(item, section, cohort, known, f"e{next(number)}", site) for item in section.items[:named]]
        expression = parse_expression(section.topic)
        chapters.append(
            Chapter(
                title=wording.expression_title(section.topic, known.topics, cohort.language),
                url=links.home(site) if expression.topic == ALL else links.topic(site, expression.topic),
                feed=links.feed(site, expression.topic, "atom", expression.facets),
                full=tuple(told[:full]),
                brief=tuple(told[full:]),
                more=len(section.items) - len(told),
            )
        )
    return tuple(chapters)


def shares(sizes: Sequence[int], room: int) -> list[int]:
    """How much of each size fits, when all get the same room and what one does not need goes to the others."""
    given = [0] * len(sizes)
    for left, (size, at) in zip(
        range(len(sizes), 0, -1), sorted((size, at) for at, size in enumerate(sizes)), strict=True
    ):
        given[at] = min(size, room // left)
        room -= given[at]
    return given


def _told(item: Item, section: Section, cohort: Cohort, known: Known, anchor: str, site: Site) -> Told:
    entry, say = known.entries[item.entry], words(cohort.language)
    record, heading = entry.record, parse_expression(section.topic).topic
    source = known.sources.get(entry.source)
    when = dates.honest(record.date, say.language)
    facts = (
        source.title if source else "",
        when or say("seen by us %(when)s", when=dates.instant(entry.first_seen_at, cohort.timezone, say.language)),
        wording.kind_name(record.kind or ""),
        record.place,
    )
    others = [wording.topic_title(known.topics[name], cohort.language) for name in entry.topics
              if name != heading and name in known.topics]  # fmt: skip
    language = record.language if record.language and record.language != say.language else ""
    return Told(
        anchor=anchor,
        title=entry.title or say("Without a title"),
        url=entry.url or links.entry(site, entry.id),
        facts=tuple(fact for fact in facts if fact),
        summary="" if not record.title else shortened(record.summary, SUMMARY),
        downloads=tuple(_download(file, say) for file in record.enclosures),
        why=_why(item, section, known, site, cohort.language),
        also=say("Also in: %(topics)s", topics=", ".join(others)) if others else "",
        language=language,
        direction=wording.direction(language) if language else "",
    )


def _why(item: Item, section: Section, known: Known, site: Site, language: str) -> str:
    say = words(language)
    if section.topic == ALL:
        return say("Because you follow everything from %(site)s", site=site.title)
    title = wording.expression_title(section.topic, known.topics, language)
    if item.why:
        return say("Because you follow %(topic)s: “%(phrase)s”", topic=title, phrase=item.why)
    return say("Because you follow %(topic)s", topic=title)


def _download(file: Enclosure, say: Say) -> Download:
    kind = file.type.partition("/")[2].partition(";")[0].rpartition(".")[2].rpartition("-")[2].upper()
    parts = [kind, dates.locale(say.language).languages.get(file.language.partition("-")[0], file.language)]
    if file.length:
        parts.append(wording.size(file.length, say.language))
    facts = ", ".join(part for part in parts if part)
    name = file.title or facts or file.url.rpartition("/")[2] or file.url
    label = say("Download: %(name)s", name=f"{name} ({facts})" if file.title and facts else name)
    return Download(label, file.url)


def _preheader(told: list[Told]) -> str:
    """What a mail program shows beside the subject: the next headlines, or of a single entry its summary."""
    if len(told) == 1:
        return shortened(told[0].summary, PREHEADER)
    return shortened(" · ".join(one.title for one in islice(told, 1, 6)), PREHEADER)


def _coverage(coverage: Coverage, say: Say, timezone: str, now: datetime) -> str:
    """ "Checked 14 pages; 9 had nothing new; one could not be read since Tuesday." """
    parts = [say.count("Checked %(n)s page", "Checked %(n)s pages", coverage.checked)]
    if coverage.quiet:
        parts.append(say.count("%(n)s had nothing new", "%(n)s had nothing new", coverage.quiet))
    if coverage.unread and coverage.since:
        since = dates.recent(coverage.since, now, timezone, say.language)
        parts.append(
            say.count(
                "one could not be read since %(since)s",
                "%(n)s could not be read since %(since)s",
                coverage.unread,
                since=since,
            )
        )
    elif coverage.unread:
        parts.append(say.count("one could not be read", "%(n)s could not be read", coverage.unread))
    return "; ".join(parts) + "."


def shortened(text: str, length: int) -> str:
    """At most so many characters, cut between words where there are any, with an ellipsis that says so."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    words_of = cut.rpartition(" ")[0]
    return f"{(words_of if len(words_of) > length // 2 else cut).rstrip(' ,;:.')}…"
