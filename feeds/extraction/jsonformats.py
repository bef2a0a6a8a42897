"""Read JSON: a JSON Feed (1.0, 1.1), an API whose field paths the admin gives, or one whose list can be told.

Pure. With selectors (`item=$.data.items[*]`, `title=.headline`, `url=https://…/{slug}`, see
`feeds.extraction.jsonpaths`) nothing is guessed that they name. Without any, the list of objects that looks most like
entries is taken: its objects have something like a title and something like an address or a date. Called by
`feeds.extraction.reading`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from feeds.extraction import jsonguess, jsonpaths, links
from feeds.extraction.datevalues import Setting
from feeds.extraction.feedfields import MOST, Fields, File, record, telling
from feeds.extraction.feedformats import BEYOND, EMPTY
from feeds.extraction.jsonpaths import Json, Path, Template
from feeds.extraction.leftout import tallied
from state.records import Extraction, Hub, Record, Unreadable
from state.text import clean

NAMES = ("item", "title", "url", "date", "updated", "summary", "content", "place", "kind", "author", "language", "id",
         "file", "next")  # fmt: skip
_FEED = "https://jsonfeed.org/version/"
_LONGEST_NUMBER = 30  # digits: a longer one is no date, id or count
_FIRST_YEAR, _LAST_YEAR = 1000, 2999


def extract(text: str, url: str, language: str, select: Mapping[str, str], setting: Setting) -> Extraction | Unreadable:
    """The entries of a JSON document. Raises ValueError for a selector that is none."""
    try:
        root: Json = json.loads(text.strip("\ufeff \t\r\n;"), parse_int=_integer, parse_float=_fraction)
    except RecursionError:
        return Unreadable("the JSON is nested deeper than any list of entries is; give the address of the list itself")
    except ValueError as error:
        return Unreadable(f"the document begins like JSON but is none ({error}); check what the address answers")
    if select:
        return _selected(root, url, language, select, setting)
    if isinstance(root, dict) and str(root.get("version", "")).startswith(_FEED):
        return _feed(root, url, language, setting)
    guess = jsonguess.of(root)
    if guess is None:
        return Unreadable(
            "no list of entries can be told in this JSON; name it: `--select 'item=$.path.to[*]' --select title=.name`"
        )
    paths = {name: jsonpaths.expression(where) for name, where in guess.paths.items()}
    return _listed(root, guess.items, paths, url, language, "json:guessed", setting)


def _integer(digits: str) -> Json:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _fraction(digits: str) -> Json:
    return float(digits) if len(digits) <= 2 * _LONGEST_NUMBER else digits


# ---- JSON Feed ----


def _feed(root: dict[str, Json], url: str, language: str, setting: Setting) -> Extraction:
    """A JSON Feed (jsonfeed.org, versions 1 and 1.1)."""
    spoken = jsonpaths.written(root.get("language")) or language
    items = root.get("items")
    entries = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    further = links.absolute(jsonpaths.written(root.get("next_url")), url)
    records, empty = telling(record(_item(item, url), spoken, setting) for item in entries[:MOST])
    beyond = [jsonpaths.written(item.get("title")) for item in entries[MOST:]]
    return Extraction(
        "feed",
        "json-feed",
        clean(jsonpaths.written(root.get("title"))),
        spoken,
        records,
        tallied([(EMPTY, [""] * empty), (BEYOND, beyond)]),
        (further,) if further else (),
        hub=_hub(root, url),
    )


def _hub(root: dict[str, Json], url: str) -> Hub:
    """The first WebSub hub that a JSON Feed names."""
    named = root.get("hubs")
    hubs = [one for one in named if isinstance(one, dict)] if isinstance(named, list) else []
    spoken = [one for one in hubs if jsonpaths.written(one.get("type")).lower() == "websub"]
    address = jsonpaths.written(spoken[0].get("url")) if spoken else ""
    own = jsonpaths.written(root.get("feed_url"))
    return Hub(links.absolute(address, url) or "", links.absolute(own, url) or "")


def _item(item: dict[str, Json], url: str) -> Fields:
    said = {name: jsonpaths.written(value) for name, value in item.items() if not isinstance(value, list | dict)}
    authors, tags, files = item.get("authors") or item.get("author"), item.get("tags"), item.get("attachments")
    first = authors[0] if isinstance(authors, list) and authors else authors
    plain_text = _escaped(said.get("content_text", ""))
    return Fields(
        title=_escaped(said.get("title", "")),
        link=said.get("url") or said.get("external_url") or _permalink(said.get("id", "")),
        guid=said.get("id", ""),
        published=said.get("date_published", ""),
        updated=said.get("date_modified", ""),
        summary=_escaped(said.get("summary", "")) or ("" if said.get("content_html") else plain_text),
        content=said.get("content_html", ""),
        author=_escaped(jsonpaths.written(first.get("name"))) if isinstance(first, dict) else "",
        language=said.get("language", ""),
        categories=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        files=tuple(_attachment(file) for file in files if isinstance(file, dict)) if isinstance(files, list) else (),
        base=url,
    )


def _permalink(id: str) -> str:
    return id if id.lower().startswith(("http://", "https://")) else ""


def _attachment(file: dict[str, Json]) -> File:
    text = jsonpaths.written
    size = text(file.get("size_in_bytes")).removesuffix(".0")
    return File(text(file.get("url")), text(file.get("mime_type")), size, "", text(file.get("title")))


def _escaped(text: str) -> str:
    """Plain text as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


# ---- APIs ----


def _selected(
    root: Json, url: str, language: str, select: Mapping[str, str], setting: Setting
) -> Extraction | Unreadable:
    """The items the admin's paths lead to. What they do not name is guessed from the items' keys."""
    unknown = sorted(set(select) - set(NAMES))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no field of JSON; select one of {', '.join(NAMES)}")
    paths = {name: jsonpaths.expression(where) for name, where in select.items()}
    where = paths.pop("item", None)
    if isinstance(where, Template):
        raise ValueError(f"item={select['item']!r} is a template; give a path like $.data.items[*]")
    items: Sequence[Json]
    if where is None:
        items = jsonguess.holding(root, paths.values())
    else:
        found = list(jsonpaths.values(Path(where.written, True, where.steps), root, root))
        items = [one for value in found for one in (value if isinstance(value, list) else [value])]
        if not found:
            return Unreadable(_leads_nowhere(select["item"], root))
    known = {name: jsonpaths.expression(said) for name, said in jsonguess.fields(items).items()}
    return _listed(root, items, {**known, **paths}, url, language, "json:selected", setting, tuple(select))


def _leads_nowhere(where: str, root: Json) -> str:
    keys = ", ".join(list(root)[:10]) if isinstance(root, dict) else ""
    shape = f"an object with the keys {keys}" if keys else "a list" if isinstance(root, list) else "no object or list"
    return f"the selector item={where!r} leads nowhere: the document is {shape}; mend it with `--select item=…`"


def _listed(
    root: Json,
    items: Sequence[Json],
    paths: Mapping[str, Path | Template],
    url: str,
    language: str,
    method: str,
    setting: Setting,
    named: tuple[str, ...] = (),
) -> Extraction:
    """The records of a list. named: the fields whose paths the admin gave."""
    records: list[Record] = []
    empty: list[str] = []
    for item in items[:MOST]:
        said = {name: jsonpaths.text(where, item, root) for name, where in paths.items() if name != "next"}
        made = record(_fields(said, url), language, setting)
        if made.title or made.display_title:
            chosen = {name: "selected" for name in named if said.get(name)}
            records.append(_marked(made, chosen))
        else:
            empty.append(json.dumps(item, ensure_ascii=False)[:200])
    used = {name for name in named if name in ("item", "next") or any(one.origin.get(name) for one in records)}
    return Extraction(
        kind="json",
        method=method,
        language=language,
        records=tuple(records),
        left_out=tallied([(EMPTY, empty), (BEYOND, ["" for _ in items[MOST:]])]),
        next=_further(paths.get("next"), root, url),
        remarks=tuple(
            f"the selector {name} leads to nothing in any item" for name in named if records and name not in used
        ),
    )


def _marked(made: Record, chosen: Mapping[str, str]) -> Record:
    sure = {name: 1.0 for name in chosen if name in ("title", "date") and made.confidence.get(name)}
    return replace(made, origin={**made.origin, **chosen}, confidence={**made.confidence, **sure})


def _fields(said: Mapping[str, str], url: str) -> Fields:
    file = said.get("file", "")
    return Fields(
        title=said.get("title", ""),
        link=said.get("url", ""),
        guid=said.get("id", ""),
        published=_time(said.get("date", "")),
        updated=_time(said.get("updated", "")),
        summary=said.get("summary", ""),
        content=said.get("content", ""),
        author=said.get("author", ""),
        language=said.get("language", "").replace("_", "-")[:20],
        place=said.get("place", ""),
        kind=said.get("kind", ""),
        files=(File(file),) if file else (),
        base=url,
    )


def _time(written: str) -> str:
    """A number as the time it stands for: seconds or milliseconds since 1970, or YYYYMMDD, or a year."""
    digits = written.removesuffix(".0")
    if not digits.isascii() or not digits.isdigit():
        return written
    number = int(digits)
    if len(digits) == 4 and _FIRST_YEAR <= number <= _LAST_YEAR:
        return digits
    if len(digits) == 8:
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    seconds = number / 1000 if len(digits) in (12, 13) else float(number) if len(digits) in (9, 10) else 0.0
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else ""


def _further(where: Path | Template | None, root: Json, url: str) -> tuple[str, ...]:
    """The next page of the list, on the same host."""
    said = jsonpaths.text(where, root, root) if where is not None else jsonguess.next_page(root)
    address = links.absolute(said, url) if said else None
    return (address,) if address and links.host(address) == links.host(url) and address != url else ()
