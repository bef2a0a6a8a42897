"""The `tidings` command: global options, the list of commands, and what an error looks like."""

from pathlib import Path

import click

from cli import (
    app,
    apply,
    backup,
    bounces,
    completion,
    demo,
    digest,
    doctor,
    entry,
    extract,
    feed,
    init,
    mail,
    outbox,
    run,
    source,
    status,
    stoplist,
    subscriber,
    subscription,
    topic,
    webhook,
    why,
)
from state.errors import Misuse, UserError
from state.text import clean


class Commands(click.Group):
    """Commands whose errors are for people: one line on stderr, exit 1 (could not) or 2 (misused)."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(f"tidings: {clean(str(error))}", err=True)
            return ctx.exit(2 if isinstance(error, Misuse) else 1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
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
    bounces.bounces,
    mail.mail,
    webhook.webhook,
    why.why,
    stoplist.stoplist,
    run.run,
    run.web,
    run.worker,
    status.status,
    doctor.doctor,
    apply.apply,
    apply.export,
    backup.backup,
    backup.restore,
    init.migrate,
    completion.completion,
):
    tidings.add_command(command)
completion.offer(tidings)


def main() -> None:
    """Run the command line. Exit 0 done, 1 could not, 2 misused."""
    tidings(prog_name="tidings")
