"""Fill the templates. The only module that imports Jinja2.

`.html` templates escape what they are given, `.txt` do not. A name that a
template uses and nobody gave is an error. Never called once per recipient: an
edition is rendered once for its cohort (requirements: digests, "Speed").

Templates of the admin are another thing: `sandboxed` fills one from plain data and
refuses it with its line. It is run only by templates/child.py, which has limits.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import TracebackType

from jinja2 import (
    DictLoader,
    Environment,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    select_autoescape,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from templates import dates

REASON = 300  # characters of a reason that are told


@cache
def environment() -> Environment:
    """The environment of our own templates; filters: honest dates in the language of the reader."""
    made = Environment(
        loader=PackageLoader("templates", "."),
        autoescape=select_autoescape(enabled_extensions=("html", "xml"), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Callable[..., object]] = {"honest": dates.honest, "instant": dates.instant}
    made.filters.update(filters)
    return made


def render(name: str, **values: object) -> str:
    """One template as text. name: path below templates/, as "mail/digest.html"."""
    return environment().get_template(name).render(**values)


# ---- templates of the admin ----


class Refused(Exception):
    """Why a template of the admin is not used. line: from 1, 0 where it cannot be told. wrong: and what to do."""

    def __init__(self, line: int, wrong: str) -> None:
        super().__init__(line, wrong)
        self.line, self.wrong = line, wrong


class TooLong(Exception):
    """Raised in the middle of a template whose time is up."""


def sandboxed(name: str, source: str, values: Mapping[str, object], most: int) -> str:
    """A template of the admin as text, of at most so many characters. Raises Refused.

    No other file is read, no attribute of Python's own is reached, values are only looked at. Time and memory
    are bounded by the process that this runs in.
    """
    made = ImmutableSandboxedEnvironment(
        loader=DictLoader({}),
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    with _refusals(None, name):
        template = Template.from_code(made, made.compile(source, name, name), made.make_globals(None))
    written: list[str] = []
    size = 0
    with _refusals(template, name):
        pieces = template.root_render_func(template.new_context(dict(values)))
        for piece in pieces:
            size += len(piece)
            if size > most:
                frame = getattr(pieces, "gi_frame", None)
                line = template.get_corresponding_lineno(frame.f_lineno) if frame else 0
                raise Refused(line, f"it writes more than {most:,} characters; let it write less")
            written.append(piece)
    return "".join(written)


@contextmanager
def _refusals(template: Template | None, name: str) -> Iterator[None]:
    """Whatever goes wrong inside as a Refused. template: None while it is being compiled."""
    try:
        yield
    except Refused:
        raise
    except TemplateSyntaxError as error:
        raise Refused(error.lineno, f"{_shortly(error.message)}; correct that line") from error
    except Exception as error:
        line = _line(template, name, error.__traceback__) if template else 0
        raise Refused(line, _reason(error)) from error


def _reason(error: Exception) -> str:
    match error:
        case SecurityError():
            return f"{_shortly(error)}: a template may look at what it is given and at nothing else; take that out"
        case UndefinedError():
            return f"{_shortly(error)}; give a name that docs/templates.md lists"
        case TemplateNotFound():
            return f"it takes in another file, {_shortly(error)!r}; put all of it into this one"
        case TooLong():
            return "it takes too long; let it do less"
        case MemoryError():
            return "it needs too much memory; let it do less"
    return f"{type(error).__name__}: {_shortly(error)}; correct that line"


def _shortly(words: object) -> str:
    said = " ".join(str(words).split()).rstrip(".")
    return said if len(said) <= REASON else f"{said[:REASON]}…"


def _line(template: Template, name: str, trace: TracebackType | None) -> int:
    """The line of the template that was being filled, 0 where none was."""
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line
