"""How much the figures depend on each constant of the choice of a list: every one 20 % less and more, one at a time.

What moves nothing is not tuned to the pages (or is not needed); what moves much is where to look when a page of a new
shape is read wrongly.
"""

from collections.abc import Callable

from benchmarks import corpus
from feeds.extraction import chooser, listing, publication, slots

_MOST = 60_000  # bytes
_STEP = 0.2
_NOTHING = 0.0005
_LIMITS = (
    (
        listing,
        ("ENOUGH", "ENOUGH_UNDATED", "_BEHIND", "_SURE_LIST", "_PERHAPS", "_PUBLICATION", "_DOUBTFUL", "_SURELY"),
    ),
    (listing, ("_LONG", "_HALF", "_MOST", "_WIDE", "_BESIDE")),
    (publication, ("_ENOUGH", "_SHORT", "_TEXT", "_PLAIN", "_WITH_FILES", "_GUESSED")),
    (chooser, ("_SHARED",)),
)


def run() -> None:
    pages = [page for page in (*corpus.pages(), *corpus.real_pages()) if len(page.body) <= _MOST]
    base = _figures(pages)
    print(f"{len(pages)} pages: F1 {base[0]:.4f}, dates {base[1]:.4f}; what changes by a constant 20 % less, 20 % more")
    still: list[str] = []
    for label, set_to, value in _constants():
        told = []
        for factor in (1 - _STEP, 1 + _STEP):
            set_to(value * factor)
            f1, dates = _figures(pages)
            told.append((f1 - base[0], dates - base[1]))
        set_to(value)
        if max(abs(change) for pair in told for change in pair) < _NOTHING:
            still.append(label)
        else:
            print(f"  {label:32} {value:6.2f}  " + "   ".join(f"F1 {one:+.4f} dates {two:+.4f}" for one, two in told))
    print(f"  nothing changes by: {', '.join(still)}")


def _constants() -> list[tuple[str, Callable[[float], None], float]]:
    """Each constant with its name, how to set it, and its value."""
    found: list[tuple[str, Callable[[float], None], float]] = []
    for label, held in (("weight of", chooser.WEIGHTS), ("title slot:", slots._BASE)):
        found += [(f"{label} {name}", _setter(held, name), value) for name, value in held.items()]
    for module, names in _LIMITS:
        short = module.__name__.rsplit(".", 1)[-1]
        found += [
            (f"{short}.{name.lstrip('_').lower()}", _setter(vars(module), name), vars(module)[name]) for name in names
        ]
    return found


def _setter(held: dict[str, float], name: str) -> Callable[[float], None]:
    def set_to(value: float) -> None:
        held[name] = value

    return set_to


def _figures(pages: list[corpus.Page]) -> tuple[float, float]:
    scores = [corpus.score(page.truth, corpus.found_in(page)) for page in pages]
    dated = [one.dates for one in scores if one.dates is not None]
    return sum(one.f1 for one in scores) / len(scores), sum(dated) / len(dated)
