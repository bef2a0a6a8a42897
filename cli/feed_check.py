"""Look for what is wrong with a feed: `feed check`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click

from cli import show
from cli.app import App
from cli.extract import given
from state.errors import UserError


@dataclass(frozen=True, slots=True)
class _Checked:
    """A feed in one form. id: its name, or where it lies. complaints: () for a good one."""

    id: str
    form: str
    complaints: tuple[str, ...]


@click.command()
@click.argument("where", metavar="[URL|FILE]", required=False)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def check(app: App, where: str | None, as_json: bool) -> None:
    """Look for what is wrong with a feed: of all that are published here, or the one at URL or in FILE.

    Required elements, ids that are unique, dates, addresses, by RFC 4287 (Atom), RSS 2.0
    and JSON Feed 1.1. Exit code 1 where there is a complaint.

    \b
    Examples:
      tidings feed check
      tidings feed check https://example.org/feed.xml
    """
    found = [_foreign(app, where)] if where else list(_own(app))
    wrong = [one for one in found if one.complaints]
    if as_json:
        show.emit({"feeds": [asdict(one) for one in found]})
    else:
        for one in wrong:
            for complaint in one.complaints:
                show.line(f"{one.id} ({one.form}): {complaint}")
        count = len({one.id for one in found})
        some = f"{count} {'feed' if count == 1 else 'feeds'} checked"
        show.line(f"{some}, {len({one.id for one in wrong})} with complaints")
    if wrong:
        raise UserError(f"{', '.join(sorted({one.id for one in wrong}))}: not as the format demands; see above")


def _own(app: App) -> Iterator[_Checked]:
    """Every feed as it is served at present."""
    from feeds import publish
    from feeds.lint import lint
    from state import publications
    from templates import links

    with app.store() as store:
        publish.make_missing(store, app.now())
        with store.read() as db:
            names = [feed.name for feed in publications.all_feeds(db) if not feed.closed_at]
        for name in names:
            for form in links.FORMS:
                body = publish.show(store, name, form, site=app.site, settings=app.settings.publishing, now=app.now())
                yield _Checked(name, form, lint(form, body))


def _foreign(app: App, where: str) -> _Checked:
    from feeds.lint import form_of, lint

    document = asyncio.run(given(app, where))
    form = form_of(document.body)
    return _Checked(where, form, lint(form, document.body))
