"""Show how a page was read: the ways that were weighed, what made the difference, where each value comes from.

For `tidings extract --explain`; written for 80 columns.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli import show
from state.text import clean

if TYPE_CHECKING:
    from feeds.explained import Explanation, Weighed
    from state.records import Extraction, Record

WIDTH = 79
ENTRIES = 20  # of which every value is told; --json tells all
_SMALL = 0.05  # of a score: a difference that is none
_FIELDS = ("title", "url", "date", "place", "kind", "summary", "language")


def account(found: Extraction, explanation: Explanation | None) -> None:
    """What `shape` has, for a person."""
    if explanation is None:
        _wrapped(f"Nothing was weighed: a {found.kind} says itself what its entries are.", "")
    else:
        _ways(explanation)
    _values(found)


def shape(explanation: Explanation) -> dict[str, object]:
    """An explanation for machines, without the outlined page."""
    return {
        "why": explanation.why,
        "weighed": explanation.weighed,
        "terms": dict(explanation.words),
        "candidates": [asdict(way) for way in explanation.ways],
        "difference": [{"term": name, "winner": a, "second": b} for name, a, b in difference(explanation)],
    }


# ---- why ----


def _ways(explanation: Explanation) -> None:
    click.echo()
    show.line("WHY IT WAS READ SO")
    _wrapped(explanation.why, "  ")
    if not explanation.ways:
        return
    click.echo()
    show.line(f"WHAT WAS WEIGHED ({explanation.weighed} ways; the best that differ)")
    for number, way in enumerate(explanation.ways, 1):
        _way(number, way)
    rows = list(difference(explanation))
    if not rows:
        return
    click.echo()
    second = next(n for n, way in enumerate(explanation.ways, 1) if way is _second(explanation))
    show.line(f"WHAT MADE THE DIFFERENCE (the taken one against {second})")
    _row(f"  {'term':<10} {'taken':>7} {'other':>7}")
    for name, mine, theirs in rows:
        _row(f"  {name:<10} {mine:>+7.2f} {theirs:>+7.2f}  {explanation.words.get(name, '')}")


def _way(number: int, way: Weighed) -> None:
    said = "taken" if way.taken else "" if way.likely else "no list of entries"
    alike = f", {way.alike} more like it" if way.alike else ""
    _row(f"{number:>3}. {way.score:>6.2f}  {way.method}: {way.entries} entries{alike}{f'  ← {said}' if said else ''}")
    if way.selector:
        _wrapped(f"--select item='{way.selector}'", " " * 13)
    for title in way.sample[:1]:
        _row(f"{'':13}e.g. {clean(title)}")


def difference(explanation: Explanation) -> Iterator[tuple[str, float, float]]:
    """What each term gave to the taken way and to the best other one, where that differs; the most telling first."""
    taken, second = next((way for way in explanation.ways if way.taken), None), _second(explanation)
    if taken is None or second is None:
        return
    gaps = {name: taken.terms.get(name, 0.0) - second.terms.get(name, 0.0) for name in {**taken.terms, **second.terms}}
    for name in sorted(gaps, key=lambda name: (-abs(gaps[name]), name)):
        if abs(gaps[name]) >= _SMALL:
            yield name, taken.terms.get(name, 0.0), second.terms.get(name, 0.0)


def _second(explanation: Explanation) -> Weighed | None:
    return next((way for way in explanation.ways if not way.taken), None)


# ---- where values come from ----


def _values(found: Extraction) -> None:
    if not found.records:
        return
    click.echo()
    show.line("WHERE EACH VALUE COMES FROM")
    for number, record in enumerate(found.records[:ENTRIES], 1):
        _row(f"{number:>3}. {clean(record.title or f'[no title] {record.display_title}')}")
        for name, value in _told(record):
            source, sure = record.origin.get(name, ""), record.confidence.get(name)
            said = f"{source}{f', {sure:.0%} sure' if sure is not None else ''}".strip(", ")
            _row(f"     {name:<9} {clean(said):<28} {value}")
    if len(found.records) > ENTRIES:
        show.line(f"     … and {len(found.records) - ENTRIES} more; --json tells all")


def _told(record: Record) -> Iterator[tuple[str, str]]:
    values: Mapping[str, str | None] = {name: getattr(record, name) for name in _FIELDS}
    for name, value in values.items():
        if value or name in record.origin or (name == "date" and record.confidence.get("date")):
            yield name, clean(value or ("none is sure enough" if name == "date" else "none"))
    for file in record.enclosures:
        yield "download", f"{file.url} {file.language}".strip()


# ---- lines ----


def _row(text: str) -> None:
    """One line, its columns kept, cut to the width. What comes from the page is cleaned before."""
    click.echo(text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…")


def _wrapped(text: str, indent: str) -> None:
    for line in textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False):
        click.echo(line)
