"""Tell which list in a JSON document holds its entries, and under which keys their fields stand.

Pure, and bounded: at most MOST_NODES values are looked at. Keys are compared without case, `_` and `-`; one or two
levels of wrapping (`attributes.title`, `title.rendered`) are looked through. A list is believed only if most of its
objects have a title and most an address or a date.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from feeds.extraction import jsonpaths
from feeds.extraction.jsonpaths import Json, Path, Template

MOST_NODES = 200_000
_DEEPEST = 8
_SAMPLE = 30
_FEWEST = 2
_MOST = 0.6  # of a list's objects
_INSIDE = 2  # levels of objects within an item whose keys are looked at
# In the order in which they are preferred.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "titre", "titel", "titulo", "titolo", "subject", "name", "label", "heading"),
    "url": ("url", "link", "permalink", "href", "weburl", "canonicalurl", "htmlurl", "uri", "pageurl", "path", "alias"),
    "date": ("datepublished", "publishedat", "publisheddate", "publicationdate", "publishdate", "published", "pubdate",
             "date", "dateissued", "issued", "releasedate", "posteddate", "posted", "postedat", "startdate",
             "datecreated", "createdat", "created", "timestamp"),
    "updated": ("datemodified", "updatedat", "updated", "modified", "lastmodified", "changed", "modifiedgmt"),
    "summary": ("summary", "excerpt", "abstract", "teaser", "description", "lead", "intro", "standfirst", "snippet"),
    "content": ("contenthtml", "content", "body", "text", "articlebody"),
    "language": ("language", "lang", "inlanguage", "langcode", "locale"),
    "id": ("guid", "uuid", "id"),
    "author": ("author", "byline", "creator"),
}  # fmt: skip
_NEXT = ("$.links.next.href", "$.links.next", "$._links.next.href", "$.next_page_url", "$.next_url", "$.next",
         "$.meta.next", "$.pagination.next", "$.paging.next")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guess:
    """items: the entries, in their order. paths: by field, relative to an item."""

    items: Sequence[Json]
    paths: Mapping[str, str]


def of(root: Json) -> Guess | None:
    """The list that looks most like entries, or None where none does."""
    best: tuple[float, Guess] | None = None
    for items in _lists(root):
        paths = fields(items)
        score = _score(items, paths)
        if score and (best is None or score > best[0]):
            best = score, Guess(items, paths)
    return best[1] if best is not None else None


def holding(root: Json, paths: Iterable[Path | Template]) -> Sequence[Json]:
    """The list in most of whose objects these paths lead to something; the outermost of equal ones, empty for none."""
    named = list(paths)
    best: Sequence[Json] = []
    most = 0
    for items in _lists(root):
        held = sum(bool(jsonpaths.text(one, item, root)) for item in items[:_SAMPLE] for one in named)
        if held > most:
            best, most = items, held
    return best


def _lists(root: Json) -> Iterator[list[Json]]:
    """Every list of at least two objects, outermost first."""
    level: list[Json] = [root]
    seen = 0
    for _ in range(_DEEPEST):
        below: list[Json] = []
        for one in level:
            if isinstance(one, list):
                if len(one) >= _FEWEST and sum(isinstance(item, dict) for item in one) >= _MOST * len(one):
                    yield one
                below += [inner for inner in one if isinstance(inner, list | dict)]
            elif isinstance(one, dict):
                below += [inner for inner in one.values() if isinstance(inner, list | dict)]
            if len(below) + seen > MOST_NODES:
                return
        seen += len(below)
        level = below


def fields(items: Sequence[Json]) -> Mapping[str, str]:
    """The path of each field that most of the items have."""
    sample = [item for item in items if isinstance(item, dict)][:_SAMPLE]
    if not sample:
        return {}
    counted: dict[str, int] = {}
    for item in sample:
        for path, value in _leaves(item):
            if jsonpaths.written(value):
                counted[path] = counted.get(path, 0) + 1
    there = [path for path, count in counted.items() if count >= _MOST * len(sample)]
    found: dict[str, str] = {}
    for name, keys in _KEYS.items():
        ranked = [(keys.index(key), path.count("["), place, path) for place, path in enumerate(there)
                  if (key := _key(path)) in keys]  # fmt: skip
        if ranked:
            found[name] = min(ranked)[3]
    return found


def _leaves(item: dict[str, Json], prefix: str = "", level: int = 0) -> Iterator[tuple[str, Json]]:
    for name, value in list(item.items())[:100]:
        if "'" in name:
            continue
        path = f"{prefix}['{name}']"
        yield path, value
        if isinstance(value, dict) and level < _INSIDE:
            yield from _leaves(value, path, level + 1)


def _key(path: str) -> str:
    """The last key of a path, bare; of `['title']['rendered']` the one before it."""
    names = [name.casefold().replace("_", "").replace("-", "") for name in path[2:-2].split("']['")]
    while len(names) > 1 and names[-1] in ("rendered", "value", "text", "en"):
        names.pop()
    return names[-1]


def _score(items: Sequence[Json], paths: Mapping[str, str]) -> float:
    """How much a list looks like entries, 0 for not at all: by its fields, then by how many it has."""
    if "title" not in paths or not ({"url", "date"} & paths.keys()):
        return 0.0
    titles = [jsonpaths.text(jsonpaths.path(paths["title"]), item, None) for item in items[:_SAMPLE]]
    apart = len(set(titles)) / len(titles)
    long = sum(min(len(title), 40) for title in titles) / (40 * len(titles))
    if apart < _MOST:
        return 0.0
    told = sum(name in paths for name in ("url", "date", "summary"))
    return told + apart + long + min(len(items), 10) / 10


def next_page(root: Json) -> str:
    """The address of the next page where the document names one in a usual place, or ""."""
    said = (jsonpaths.text(jsonpaths.path(where), root, root) for where in _NEXT)
    return next((address for address in said if "/" in address or address.startswith("?")), "")
