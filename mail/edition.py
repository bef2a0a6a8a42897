"""Compose the frozen content of a digest: a subject that says what is inside, text and HTML.

Pure, but for the templates. Rendered once for a cohort, never per reader; what is
personal is a hole (mail/message.py). Headlines stand on top, then what is coming
up, of all topics, then every topic with its other entries, and at the end how
much was looked at. Nothing is cut silently:
past a bound entries are headlines only, past the next one a number with a link.
What a mail may not carry (a link of another scheme, an endless title) is left to
the entry's own page. Where the admin wrote a template, it gets mail/plain.py's values.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count, islice
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from mail.cohort import Cohort, Item, Section
from mail.corrections import what_changed
from mail.coverage import Coverage
from mail.message import hole
from mail.plain import plainly
from state.filings import ALL
from state.filters import parse_expression
from state.records import Edition, Enclosure, Entry, Record, Site, Source, Topic
from templates import dates, links, wording
from templates.inline import inlined
from templates.own import Written, filled
from templates.render import render
from templates.wording import Say, words

FULL, HEADLINES = 50, 300  # entries that are told in full; that are named at all
MAX_HTML = 79_000  # octets with its holes; filled it stays under 80 KB: Gmail clips a mail at about 102 KB
SUBJECT, PREHEADER, TITLE, SUMMARY, URL = 90, 140, 300, 600, 2000  # characters
COMING = 10  # events that are told on top; more of them stay under their topics
DOWNLOADS = 8  # files of one entry that are named

OURS: Mapping[str, Written] = MappingProxyType({})
_PERSONAL = re.compile(r"<!--personal-->.*?<!--/personal-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Known:
    """What a digest may need to know of the world, by id."""

    entries: Mapping[str, Entry]
    topics: Mapping[str, Topic]
    sources: Mapping[str, Source]
    wordings: Mapping[tuple[str, int], Record] = field(default_factory=dict)  # of what changed: as it was told


@dataclass(frozen=True, slots=True)
class Download:
    """A file of an entry. label: says where the link goes ("Download: PDF, Khmer")."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as the templates show it. facts: source, date, kind, place. language, direction: "" = the mail's.

    changed: what differs from what they were told, "" for news.
    """

    anchor: str
    title: str
    url: str
    source: str
    date: str
    kind: str
    place: str
    summary: str
    downloads: tuple[Download, ...]
    why: str
    also: str
    language: str
    direction: str
    changed: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(fact for fact in (self.source, self.date, self.kind, self.place) if fact)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A topic of the digest, or what is coming up, without a feed ("").

    full: entries told; brief: headlines only; more: a number with the link.
    """

    title: str
    url: str
    feed: str
    full: tuple[Told, ...]
    brief: tuple[Told, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Remarks:
    """What stands above the news. note: the admin's words, paragraphs of lines; past: it is a sample of the past."""

    note: tuple[tuple[str, ...], ...] = ()
    past: bool = False


def compose(
    cohort: Cohort,
    known: Known,
    *,
    coverage: Coverage,
    site: Site,
    edition_id: str,
    now: datetime,
    remarks: Remarks = Remarks(),
    own: Mapping[str, Written] = OURS,
) -> Edition:
    """The edition of a cohort. edition_id: unguessable, also the holes' name. now: the date on top.

    own: templates of the admin, by name; raises UserError for one that is refused.
    """
    full, named = FULL, HEADLINES
    while True:
        edition = _composed(
            cohort, known, (full, named), coverage, remarks, own, site=site, edition_id=edition_id, now=now
        )
        if len(edition.html.encode()) <= MAX_HTML or named <= 1:
            return edition
        full, named = full * 2 // 3, named * 2 // 3


def for_all(edition: Edition) -> str:
    """The web version of an edition: its HTML without what is personal."""
    return _PERSONAL.sub("", edition.html)


def _composed(
    cohort: Cohort,
    known: Known,
    room: tuple[int, int],
    coverage: Coverage,
    remarks: Remarks,
    own: Mapping[str, Written],
    *,
    site: Site,
    edition_id: str,
    now: datetime,
) -> Edition:
    """room: how many entries are told in full, and how many are named."""
    say = words(cohort.language)
    today = now.astimezone(ZoneInfo(cohort.timezone)).date().isoformat()
    chapters = _chapters(cohort, known, room, site, today)
    told = [one for chapter in chapters for one in (*chapter.full, *chapter.brief)]
    changed = tuple(_corrected(item, cohort, known, f"c{at}", site, say) for at, item in enumerate(cohort.changed, 1))
    subject, heading = _called(told, cohort.news, changed, coverage, remarks, say)
    values = {
        "say": say,
        "site": site,
        "subject": subject,
        "heading": heading,
        "day": dates.day(now, cohort.timezone, say.language),
        "preheader": _preheader(told or list(changed)),
        "chapters": chapters,
        "feeds": _feeds(cohort, known, site),
        "told": told,
        "changed": changed,
        "remarks": remarks,
        "coverage": _coverage(coverage, say, cohort.timezone, now),
        "web": links.edition(site, edition_id),
        "unsubscribe": links.unsubscribe(site, hole(edition_id)),
        "preferences": links.preferences(site, hole(edition_id, "preferences")),
    }
    return Edition(
        id=edition_id,
        language=say.language,
        timezone=cohort.timezone,
        subject=subject,
        text=_filled("digest.txt", own, values),
        html=inlined(_filled("digest.html", own, values)),
        entries=cohort.entries,
        created_at=now,
    )


def _filled(name: str, own: Mapping[str, Written], values: Mapping[str, Any]) -> str:
    return filled(own[name], plainly(values)) if name in own else render(f"mail/{name}", **values)


def _called(
    told: Sequence[Told], number: int, changed: Sequence[Told], coverage: Coverage, remarks: Remarks, say: Say
) -> tuple[str, str]:
    """Subject and heading: what is inside, or that nothing was new. number: of news."""
    if changed and not told:
        title = shortened(changed[0].title, SUBJECT)
        subject = say.count("%(n)s changed: %(title)s", "%(n)s changed: %(title)s", len(changed), title=title)
        return subject, say.count("%(n)s changed", "%(n)s changed", len(changed))
    if not told:
        checked = coverage.checked
        subject = say.count("Nothing new; %(n)s page checked", "Nothing new; %(n)s pages checked", checked)
        return subject, say("Nothing new")
    first = shortened(told[0].title, SUBJECT)
    if remarks.past:
        return say("A sample of the past: %(title)s", title=first), say("A sample of the past")
    subject = say.count("%(n)s new: %(title)s", "%(n)s new: %(title)s", number, title=first)
    return subject, say.count("%(n)s new", "%(n)s new", number)


def _chapters(cohort: Cohort, known: Known, room: tuple[int, int], site: Site, today: str) -> tuple[Chapter, ...]:
    """today: the reader's date, "2026-05-10"."""
    number = count(1)
    events = _events(cohort, known, today)[: min(COMING, room[0])]
    rest = cohort.without({item.entry for _, item in events})
    chapters = []
    if events:
        told = tuple(_told(item, section, cohort, known, f"e{next(number)}", site) for section, item in events)
        chapters.append(Chapter(words(cohort.language)("Coming up"), links.home(site), "", told, (), 0))
    sizes = [len(section.items) for section in rest.sections]
    fits, named = (shares(sizes, some - len(events)) for some in room)
    for section, full, most in zip(rest.sections, fits, named, strict=True):
        items = _coming_first(section.items, known, today)[:most]
        shown = [_told(item, section, cohort, known, f"e{next(number)}", site) for item in items]
        expression = parse_expression(section.topic)
        chapters.append(
            Chapter(
                title=wording.expression_title(section.topic, known.topics, cohort.language),
                url=links.home(site) if expression.topic == ALL else links.topic(site, expression.topic),
                feed=_feed(section, site),
                full=tuple(shown[:full]),
                brief=tuple(shown[full:]),
                more=len(section.items) - len(shown),
            )
        )
    return tuple(chapters)


def _feeds(cohort: Cohort, known: Known, site: Site) -> tuple[tuple[str, str], ...]:
    """The topics of a digest with their feeds: (title, URL)."""
    return tuple(
        (wording.expression_title(section.topic, known.topics, cohort.language), _feed(section, site))
        for section in cohort.sections
    )


def _feed(section: Section, site: Site) -> str:
    expression = parse_expression(section.topic)
    return links.feed(site, expression.topic, "atom", expression.facets)


def _events(cohort: Cohort, known: Known, today: str) -> list[tuple[Section, Item]]:
    """Events of today or later of all topics, the nearest first."""
    found = [
        (ahead, section, item)
        for section in cohort.sections
        for item in section.items
        if known.entries[item.entry].record.kind == "event"
        and (ahead := _ahead(known.entries[item.entry].record, today))
    ]
    return [(section, item) for _, section, item in sorted(found, key=lambda one: one[0])]


def _coming_first(items: Sequence[Item], known: Known, today: str) -> list[Item]:
    """What is still to come in front, the nearest first."""
    coming = {item: _ahead(known.entries[item.entry].record, today) for item in items}
    return sorted(items, key=lambda item: (not coming[item], coming[item]))


def _ahead(record: Record, today: str) -> str:
    """The date of what is still to come, else "": an event of today or later, anything with a later date."""
    day = today[: len(record.date or "")]
    ahead = record.date and (record.date > day or (record.kind == "event" and record.date == day))
    return (record.date or "") if ahead else ""


def _corrected(item: Item, cohort: Cohort, known: Known, anchor: str, site: Site, say: Say) -> Told:
    """An entry that reads differently from what they were told."""
    told = _told(item, Section(ALL, ()), cohort, known, anchor, site)
    before = known.wordings.get((item.entry, item.told))
    words_ = what_changed(before, known.entries[item.entry].record, say)
    return replace(told, why="", also="", changed=words_)


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
    others = [wording.topic_title(known.topics[name], cohort.language) for name in entry.topics
              if name != heading and name in known.topics]  # fmt: skip
    language = record.language if record.language and record.language != say.language else ""
    page = links.entry(site, entry.id)
    return Told(
        anchor=anchor,
        title=shortened(entry.title, TITLE) or say("Without a title"),
        url=entry.url if _can_be_linked(entry.url) else page,
        source=source.title if source else "",
        date=when or say("seen by us %(when)s", when=dates.instant(entry.first_seen_at, cohort.timezone, say.language)),
        kind=wording.kind_name(record.kind or "", say.language),
        place=record.place,
        summary="" if not record.title else shortened(record.summary, SUMMARY),
        downloads=_downloads(record.enclosures, page, say),
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
        return say("Because you follow %(topic)s: “%(phrase)s”", topic=title, phrase=item.why.replace("*", "…"))
    return say("Because you follow %(topic)s", topic=title)


def _can_be_linked(url: str) -> bool:
    return url.startswith(("https://", "http://")) and len(url) <= URL


def _downloads(files: Sequence[Enclosure], page: str, say: Say) -> tuple[Download, ...]:
    """The files that a mail names; where there are more, a link to the page that names them all."""
    fit = [file for file in files if _can_be_linked(file.url)][:DOWNLOADS]
    named = tuple(_download(file, say) for file in fit)
    if len(fit) == len(files):
        return named
    more = say.count("%(n)s more file, on the page of this entry", "%(n)s more files, on the page of this entry",
                     len(files) - len(fit))  # fmt: skip
    return (*named, Download(more, page))


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
