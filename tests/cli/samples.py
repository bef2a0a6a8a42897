"""Documents that the tests of the command line use, in our own words."""

NOTICES = """\
Notices of the tidal mill


  1. Notice

    Grain deliveries move to the east gate

    04 May 2026, LISBON

    Carts use the east gate while the wheel is repaired.

  2. Notice

    Safety day for apprentices

    21 April 2026,

    Instructors show how to stop the stones when a sleeve is caught.
"""

MORE = """\
  1. Notice

    Night shifts end in June

    09 May 2026, LISBON

    Millers and owners agree that nobody grinds after ten in the evening.

"""


def with_one_more(text: str) -> str:
    """The same document with a new notice on top, all numbers moved by one."""
    start = text.index("  1. Notice")
    rest = text[start:].replace("  2. Notice", "  3. Notice").replace("  1. Notice", "  2. Notice")
    return text[:start] + MORE + rest


LISTING = """\
<!DOCTYPE html><html lang="en"><head><title>News of the mill</title></head><body>
<nav><a href="/">Home</a> <a href="/about">About</a></nav><main><h1>News</h1><ul>
<li><a href="/n/3">Grain prices fall</a> <span>5 May 2026</span><p>A good harvest fills the stores.</p></li>
<li><a href="/n/2">New wheel installed</a> <span>12 April 2026</span><p>It turns with less water.</p></li>
<li><a href="/n/1">Open day at the mill</a> <span>2 March 2026</span><p>Visitors see how flour is made.</p></li>
</ul></main></body></html>
"""
