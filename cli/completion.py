"""Completion by the shell: its script, and the ids of sources and topics that may be meant.

Parameters say by their name what they take, so that no command has to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem, get_completion_class

from cli.app import App
from cli.helptext import walk
from state.errors import UserError

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what lets a shell complete commands, options and the ids of sources and topics.

    \b
    Example, at the end of ~/.bashrc:
      eval "$(tidings completion bash)"

    \b
    The same for zsh (~/.zshrc) and fish:
      eval "$(tidings completion zsh)"
      tidings completion fish > ~/.config/fish/completions/tidings.fish
    """
    made = get_completion_class(shell)
    assert made is not None  # click has these three
    click.echo(made(context.find_root().command, {}, "tidings", "_TIDINGS_COMPLETE").source())


class Known(click.types.StringParamType):
    """A text; the shell is offered what the database knows."""

    def __init__(self, known: Callable[[App], Iterable[tuple[str, str]]]) -> None:
        self._known = known

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        given = ctx.find_root().params
        try:
            known = list(self._known(App(given.get("config"), given.get("state"))))
        except UserError:  # no database here yet: nothing is known
            return []
        return [CompletionItem(name, help=about) for name, about in known if name.startswith(incomplete)]


def _sources(app: App) -> Iterable[tuple[str, str]]:
    from state import sources

    with app.store() as store, store.read() as db:
        return [(one.id, one.title) for one in sources.sources(db)]


def _topics(app: App) -> Iterable[tuple[str, str]]:
    from state import topics

    with app.store() as store, store.read() as db:
        return [(one.id, one.title) for one in topics.topics(db)]


def _readable(app: App) -> Iterable[tuple[str, str]]:
    """What a person may subscribe to."""
    return [("all", "Everything"), *_topics(app)]


def offer(root: click.Group) -> None:
    """Let parameters that take the id of a source or a topic offer those there are."""
    sources, topics, readable = Known(_sources), Known(_topics), Known(_readable)
    known = {"source_id": sources, "source": sources, "topic_id": topics, "topic": readable, "topics": readable}
    for path, command in walk(root, ()):
        for param in command.params:
            kind = sources if (*path, param.name) == ("source", "poll", "ids") else known.get(param.name or "")
            if kind and isinstance(param.type, click.types.StringParamType):
                param.type = kind
