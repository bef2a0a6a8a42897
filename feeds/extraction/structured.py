"""Use what a page says for machines: it supplies fields that its visible list lacks, and stands in for a list that is
drawn by scripts.

Pure. What readers see comes first: a visible date, title or text is never replaced, only completed (a day by its time,
a title that is cut by the whole one). Entries are matched by address, else by title, and only where that is unique; so
the page's own article, its breadcrumbs and widgets change nothing. Called by `feeds.extraction.webpage`.
"""

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from feeds.canonical import url_key
from feeds.extraction import described, jsonld, kinds, microdata, scripts, words
from feeds.extraction.datevalues import Setting
from feeds.extraction.described import Said
from feeds.extraction.dom import Tree
from feeds.extraction.feedfields import When, plain, when
from state.dates import precision
from state.records import Extraction, LeftOut, Record
from state.text import folded

BROKEN = "broken structured data"
_SURE = {"json-ld": 0.9, "microdata": 0.9, "h-entry": 0.85}
_SURE_EVENT = 0.75  # the day an event begins
_FEWEST = 2  # described entries that make a list where none is seen
_LONGEST_PLACE = 60
_SAMPLE = 120  # characters of a broken block
_CUT = ("…", "...")


@dataclass(frozen=True, slots=True)
class Structured:
    """said: the described entries, in the order of the page. broken: beginnings of blocks that are no JSON."""

    said: tuple[Said, ...] = ()
    broken: tuple[str, ...] = ()


def read(tree: Tree, base: str) -> Structured:
    """What a page describes. Cost: linear."""
    said, broken = jsonld.read(tree.data, base)
    return Structured((*said, *microdata.read(tree, base)), tuple(broken))


def used(found: Extraction, structured: Structured, setting: Setting) -> Extraction:
    """The extraction with what the page says for machines. setting: how its dates are read."""
    if not structured.said and not structured.broken:
        return found
    records = found.records
    if records:
        records = _supplied(records, structured.said, setting)
    elif found.method == "none":
        records = _listed(structured.said, found.language, setting)
    return replace(
        found,
        records=records,
        method="json-ld" if records and not found.records else found.method,
        left_out=(*found.left_out, *_broken(structured)),
    )


def _broken(structured: Structured) -> Iterator[LeftOut]:
    if structured.broken:
        yield LeftOut(BROKEN, len(structured.broken), structured.broken[0][:_SAMPLE])


# ---- fields that a list lacks ----


def _supplied(records: Sequence[Record], said: Sequence[Said], setting: Setting) -> tuple[Record, ...]:
    by_url = _unique((url_key(one.url), one) for one in said if one.url)
    by_title = _unique((folded(plain(one.title)), one) for one in said if one.title)
    twice = _repeated(url_key(record.url) for record in records if record.url)
    completed: list[Record] = []
    for record in records:
        key = url_key(record.url) if record.url else ""
        one = by_url.get(key) if key not in twice else None
        if one is None and record.title:
            one = by_title.get(folded(record.title))
            one = None if one is not None and one.url and key and url_key(one.url) != key else one
        completed.append(_completed(record, one, setting) if one is not None else record)
    return tuple(completed)


def _unique(pairs: Iterable[tuple[str, Said]]) -> Mapping[str, Said]:
    """The described entries by key. Of those that share one the first counts, if they have one title."""
    found: dict[str, Said] = {}
    doubtful: set[str] = set()
    for key, one in pairs:
        first = found.setdefault(key, one)
        if first is not one and folded(plain(first.title)) != folded(plain(one.title)):
            doubtful.add(key)
        elif first is not one and not first.published and one.published:
            found[key] = one
    return {key: one for key, one in found.items() if key and key not in doubtful}


def _repeated(keys: Iterable[str]) -> frozenset[str]:
    seen: set[str] = set()
    return frozenset(key for key in keys if key in seen or seen.add(key))  # type: ignore[func-returns-value]


def _completed(record: Record, said: Said, setting: Setting) -> Record:
    """The record with the fields it lacks."""
    origin, sure = dict(record.origin), dict(record.confidence)
    changes: dict[str, object] = {}
    day = _day(said, setting)
    if day is not None and (taken := _better_day(record, day)):
        changes |= taken
        origin["date"] = said.origin if "date" in taken else f"{origin.get('date', '')} and {said.origin}"
        sure["date"] = _sure(said) if "date" in taken else sure.get("date", 0.0)
    title = plain(said.title)
    if title and words.may_be_title(title) and (not record.title or _is_better(record, said, title)):
        changes |= {"title": title, "display_title": "", "summary": "" if record.summary == title else record.summary}
        origin["title"], sure["title"] = said.origin, _SURE[said.origin]
    summary = plain(said.summary)
    if summary and summary != (title or record.title) and (not record.summary or _is_cut(record.summary, summary)):
        changes["summary"] = summary
        origin["summary"] = said.origin
    for name, value in (("place", _place(said)), ("author", plain(said.author)), ("kind", described.kind(said.type))):
        if value and not getattr(record, name):
            changes[name] = value
            origin[name] = said.origin
    if not changes:
        return record
    return replace(record, **changes, origin=origin, confidence=sure)  # type: ignore[arg-type]


def _better_day(record: Record, day: When) -> dict[str, object]:
    """The date where there is none or one less precise, and the time of the same day."""
    time = day.time
    time = None if time is not None and (time.hour, time.minute, time.second) == (0, 0, 0) else time
    if record.date is None or (day.date != record.date and day.date.startswith(record.date)):
        return {"date": day.date, "published": time}
    if record.date == day.date and record.published is None and time is not None and precision(record.date) == "day":
        return {"published": time}
    return {}


def _day(said: Said, setting: Setting) -> When | None:
    return when(html.unescape(said.published), setting)


def _sure(said: Said) -> float:
    return _SURE_EVENT if said.type.endswith("Event") else _SURE[said.origin]


def _place(said: Said) -> str:
    place = plain(said.place)
    return place if len(place) <= _LONGEST_PLACE else ""


def _is_better(record: Record, said: Said, title: str) -> bool:
    """Whether a title is the whole of a cut one, or the text the page itself marks as the title, where what we took
    for one is neither a heading nor the admin's choice.
    """
    if _is_cut(record.title, title):
        return True
    marked = said.origin != "json-ld" and said.url and record.origin.get("title") in ("link", "line", "bold", "alt")
    return bool(marked) and folded(title) != folded(record.title)


def _is_cut(shown: str, whole: str) -> bool:
    """Whether a text is the beginning of another and says so."""
    stem = shown.rstrip(".… ")
    return shown.endswith(_CUT) and len(whole) > len(stem) and whole.startswith(stem[: max(8, len(stem) * 3 // 4)])


# ---- a list that only machines see ----


def _listed(said: Sequence[Said], language: str, setting: Setting) -> tuple[Record, ...]:
    """The described entries of a page on which no list is seen, where they are at least two with addresses."""
    entries = list(_unique((url_key(one.url), one) for one in said if one.origin == "json-ld" and one.url).values())
    if len(entries) < _FEWEST or len({folded(plain(one.title)) for one in entries}) < len(entries):
        return ()
    return tuple(_record(one, language, setting) for one in entries)


def _record(said: Said, language: str, setting: Setting) -> Record:
    title, summary, day = plain(said.title), plain(said.summary), _day(said, setting)
    empty = Record(title=title, url=said.url or None, summary=summary)
    made = replace(
        empty,
        kind=described.kind(said.type) or kinds.of(title, said.url, summary),
        place=_place(said),
        author=plain(said.author),
        language=scripts.language(title) or said.language.replace("_", "-") or language,
        confidence={"title": _SURE[said.origin], "date": _sure(said) if day is not None else 0.0},
        origin={"title": said.origin, "url": said.origin, **({"date": said.origin} if day is not None else {})},
    )
    return replace(made, **_better_day(made, day)) if day is not None else made  # type: ignore[arg-type]
