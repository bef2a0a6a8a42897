"""The `tidings` command: global options, the list of commands, and what an error looks like."""

import sys
from pathlib import Path

import click

from cli import (
    app,
    demo,
    digest,
    entry,
    extract,
    feed,
    init,
    outbox,
    run,
    source,
    status,
    subscriber,
    subscription,
    topic,
)
from state.errors import Misuse, UserError
from state.text import clean


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="TIDINGS_CONFIG",
    help="Configuration file (default: ./tidings.toml).",
)
@click.option(
    "--state", envvar="TIDINGS_STATE", help="Database URL (default: from the configuration, else sqlite:///tidings.db)."
)
@click.version_option(app.VERSION, prog_name="tidings")
@click.pass_context
def tidings(context: click.Context, config: Path | None, state: str | None) -> None:
    """Watch pages that have no feed; give every new item to whoever asked for it, as a feed and as one calm digest.

    Start here: `tidings demo` shows everything at work; `tidings init` begins a service of your own.
    """
    context.obj = app.App(config, state)


for command in (
    init.init,
    demo.demo,
    extract.extract,
    source.source,
    topic.topic,
    entry.entry,
    feed.feed,
    feed.opml,
    subscriber.subscriber,
    subscription.subscription,
    digest.digest,
    outbox.outbox,
    run.run,
    run.web,
    run.worker,
    status.status,
    init.migrate,
):
    tidings.add_command(command)


def main() -> None:
    """Run the command line. Exit 0 done, 1 could not, 2 misused."""
    try:
        tidings(prog_name="tidings")
    except UserError as error:
        click.echo(f"tidings: {clean(str(error))}", err=True)
        sys.exit(2 if isinstance(error, Misuse) else 1)
