"""What an option of the command line may be, and what is said of one that is not: durations, texts, selectors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import click

from cli.keys import Wrong, some_time
from state.text import clean


class Duration(click.ParamType[int]):
    """30s, 10m, 1h, 2d, as seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return some_time(value)
        except Wrong as error:
            self.fail(f"{value!r}: {error}", param, ctx)


class Checked(click.ParamType[str]):
    """What a check of cli/keys.py takes."""

    name = "text"

    def __init__(self, check: Callable[[object], str]) -> None:
        self._check = check

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return self._check(value)
        except Wrong as error:
            self.fail(f"{value!r}: {error}", param, ctx)


def given_text(value: object) -> str:
    """A title that is not empty."""
    if not clean(str(value)):
        raise Wrong("give a text that readers see")
    return clean(str(value))


def country(value: object) -> str:
    """An ISO 3166 code of two letters, or "" for none."""
    if value != "" and not re.fullmatch(r"[A-Za-z]{2}", str(value)):
        raise Wrong('give an ISO 3166 code of two letters, like "KH"')
    return str(value).upper()


drawing = click.option(
    "--browser",
    is_flag=True,
    help="Let a browser draw the page before it is read, because scripts fill it (extra tidings[browser]).",
)


def selecting(help: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """The option --select, which may be given for several fields."""
    return click.option("--select", "select", multiple=True, metavar="FIELD=SELECTOR", help=help)


def selectors(given: Sequence[str], kept: Mapping[str, str] | None = None) -> dict[str, str]:
    """--select FIELD=SELECTOR, each over those that are kept: FIELD= takes one away, an empty text all of them.

    Raises UsageError for what is neither. Whether a selector can be understood is not asked here.
    """
    from feeds.extraction import jsonformats, overrides

    names = tuple(dict.fromkeys((*overrides.NAMES, *jsonformats.NAMES)))
    chosen = dict(kept or {})
    for one in given:
        name, sign, selector = (part.strip() for part in one.partition("="))
        if not one.strip():
            chosen.clear()
            continue
        if not sign or name not in names:
            raise click.UsageError(
                f"--select is {one!r}; give FIELD=SELECTOR, like title='h3 a' or date=time@datetime, "
                f"where FIELD is one of {', '.join(names)}"
            )
        chosen.pop(name, None)
        if selector:
            chosen[name] = selector
    return chosen
