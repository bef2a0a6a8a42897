"""Put the style sheet of a mail into its elements, because many mail programs drop <style>.

The only importer of css-inline. Called once per edition or single mail.
"""

from functools import cache

from css_inline import CSSInliner


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False)


def inlined(html: str) -> str:
    """The same page with its rules as style attributes.

    A <style data-css-inline="keep"> stays as it is: for @media, which cannot be inlined.
    """
    return _inliner().inline(html)
