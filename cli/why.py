"""Answer why somebody got an entry, or did not."""

from dataclasses import asdict

import click

from cli import show
from cli.app import App


@click.command()
@click.argument("email")
@click.argument("entry")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def why(app: App, email: str, entry: str, as_json: bool) -> None:
    """Say why EMAIL got ENTRY, under which topic and rule and in which mail; or why not.

    \b
    Example:
      tidings why sok@example.org k3v9x2ab
    """
    from mail.explain import why

    with app.store() as store, store.read() as db:
        told = why(db, email, entry)
    if as_json:
        show.emit({"why": asdict(told)})
        return
    show.line(told.words[0].upper() + told.words[1:])
    show.facts([("entry", f"{told.entry} {told.title}"), ("subscriber", f"{told.email}, {told.state}")])
    for one in told.topics:
        rule = f' (rule "{one.rule}")' if one.rule else ""
        show.line(f"topic: {one.topic}, {one.every}{rule}: {one.words}")
    for mail in told.mailed:
        digest = f", digest {mail.edition}" if mail.edition else ""
        show.line(f"mail: {mail.message}, {mail.state} {mail.at:%Y-%m-%d %H:%M}{digest} {mail.reply}")
