"""What a template of the admin is given: plain data, nothing that could be called.

Pure. docs/templates.md has it as a table, which is a promise: a name that stands there stays. Called by
mail/edition.py, whose own values (of our templates, with functions among them) it takes apart.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

SITE = ("title", "url", "contact", "postal_address")


def plainly(values: Mapping[str, Any]) -> dict[str, object]:
    """Dicts, lists, strings, numbers and booleans. values: those of templates/mail/digest.html."""
    say, site, remarks = values["say"], values["site"], values["remarks"]
    return {
        **{name: values[name] for name in ("subject", "heading", "day", "preheader", "coverage")},
        "language": say.language,
        "dir": say.direction,
        "site": {name: getattr(site, name) for name in SITE},
        "headlines": [{"title": one.title, "url": one.url, "anchor": one.anchor} for one in values["told"]],
        "chapters": [_chapter(one) for one in values["chapters"]],
        "changed": [_entry(one) for one in values["changed"]],
        "note": [list(lines) for lines in remarks.note],
        "sample": remarks.past,
        "links": {name: values[name] for name in ("web", "unsubscribe", "preferences")},
    }


def _chapter(chapter: Any) -> dict[str, object]:
    return {
        "title": chapter.title,
        "url": chapter.url,
        "feed": chapter.feed,
        "entries": [_entry(one) for one in chapter.full],
        "brief": [_entry(one) for one in chapter.brief],
        "more": chapter.more,
    }


def _entry(told: Any) -> dict[str, object]:
    shown = asdict(told)
    shown["dir"] = shown.pop("direction")
    return shown
