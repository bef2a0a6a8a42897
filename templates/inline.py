"""Put the style sheet of a mail into its elements, because many mail programs drop <style>.

The only importer of css-inline. Called once per edition or single mail.
"""

from functools import cache

from css_inline import CSSInliner, InlineError

from state.errors import UserError


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False)


def inlined(html: str) -> str:
    """The same page with its rules as style attributes.

    A <style data-css-inline="keep"> stays as it is: for @media, which cannot be inlined. Raises UserError for rules
    that are none.
    """
    try:
        return _inliner().inline(html)
    except InlineError as error:
        raise UserError(f"the style sheet of the template cannot be read: {error}; correct its rules") from error
