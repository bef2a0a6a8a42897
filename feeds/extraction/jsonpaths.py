"""Where a value stands in JSON: a small grammar of paths, without filters and without code.

Pure. `$.data.items[*]` goes from the document, `.headline` (or `headline`) from an item. Steps: `.name`, `['any
name']`, `[0]`, `[-1]`, `[*]` for every element. A template has paths in braces, each replaced by its value:
`https://news.example.org/{slug}`. Called by `feeds.extraction.jsonformats`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Step: TypeAlias = str | int | None  # a key, an index, or None for every element

_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]'"{}\s]+)
      | \[\s*(?P<index>-?\d{1,9})\s*\]
      | \[\s*(?P<every>\*)\s*\]
      | \[\s*'(?P<single>[^']*)'\s*\]
      | \[\s*"(?P<double>[^"]*)"\s*\]""",
    re.X,
)
_HOLE = re.compile(r"\{([^{}]*)\}")
_MOST_STEPS = 30
_MOST_VALUES = 100_000


@dataclass(frozen=True, slots=True)
class Path:
    """written: as the admin gave it. rooted: from the whole document, not from an item."""

    written: str
    rooted: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and the paths between them: texts has one more than paths."""

    texts: tuple[str, ...]
    paths: tuple[Path, ...]


def path(written: str) -> Path:
    """A path from its text. Raises ValueError that shows the place that is no step."""
    text = written.strip()
    rooted = text.startswith("$")
    rest = text[1:] if text.startswith(("$", "@")) else text
    if rest and rest[0] not in ".[":
        rest = f".{rest}"
    steps: list[Step] = []
    at = 0
    while at < len(rest):
        step = _STEP.match(rest, at)
        if step is None or len(steps) >= _MOST_STEPS:
            raise ValueError(f"{written!r} is no path at {rest[at:]!r}; write it like $.data.items[*] or .title")
        steps.append(_step(step))
        at = step.end()
    return Path(written, rooted, tuple(steps))


def _step(match: re.Match[str]) -> Step:
    if match["index"] is not None:
        return int(match["index"])
    if match["every"] is not None:
        return None
    named = next(name for name in (match["name"], match["single"], match["double"]) if name is not None)
    return None if match["name"] == "*" else named


def expression(written: str) -> Path | Template:
    """A path, or a template where there are braces. Raises ValueError."""
    holes = _HOLE.findall(written)
    if not holes and not set("{}") & set(written):
        return path(written)
    texts = _HOLE.sub("\0", written).split("\0")
    if not holes or any(set("{}") & set(text) for text in texts):
        raise ValueError(f"{written!r} has a brace that is not closed; write a template like https://…/{{slug}}")
    return Template(tuple(texts), tuple(path(hole) for hole in holes))


def values(where: Path, item: Json, root: Json) -> Iterator[Json]:
    """What stands there, in order; nothing where a step leads nowhere. At most a hundred thousand values."""
    level: list[Json] = [root if where.rooted else item]
    for step in where.steps:
        following: list[Json] = []
        for one in level:
            following += _below(one, step)
            if len(following) > _MOST_VALUES:
                break
        level = following[:_MOST_VALUES]
    yield from level


def _below(one: Json, step: Step) -> list[Json]:
    if step is None:
        if isinstance(one, dict):
            return list(one.values())
        return list(one) if isinstance(one, list) else []
    if isinstance(step, int):
        return [one[step]] if isinstance(one, list) and -len(one) <= step < len(one) else []
    return [one[step]] if isinstance(one, dict) and step in one else []


def text(what: Path | Template, item: Json, root: Json) -> str:
    """The text a path or template gives for an item, "" where it gives none. Values in an address are escaped."""
    if isinstance(what, Path):
        return next((said for value in values(what, item, root) if (said := written(value))), "")
    filled = [next((one for value in values(hole, item, root) if (one := written(value))), "") for hole in what.paths]
    if not all(filled):
        return ""
    if "://" in what.texts[0] or what.texts[0].startswith("/"):
        filled = [quote(one, safe="/:?&=,;@!$*()'~%") for one in filled]
    return what.texts[0] + "".join(f"{one}{after}" for one, after in zip(filled, what.texts[1:], strict=True))


def written(value: Json) -> str:
    """A value as text: of a list its first text, of an object what it says as rendered, value or name."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return next((said for one in value[:10] if not isinstance(one, list) and (said := written(one))), "")
    for name in ("rendered", "value", "name", "title", "href", "@value", "#text", "_"):
        inner = value.get(name)
        if isinstance(inner, str) and inner.strip():
            return inner.strip()
    return ""
