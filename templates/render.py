"""Fill the templates. The only module that imports Jinja2.

`.html` templates escape what they are given, `.txt` do not. A name that a
template uses and nobody gave is an error. Never called once per recipient: an
edition is rendered once for its cohort (requirements: digests, "Speed").
"""

from collections.abc import Callable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from templates import dates


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
