"""What may stand between us and a list, and what an admin can do about it. Words only; no library is needed for them.

`feeds.extraction.walls` recognises them; the command line and alarms say them.
"""

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "login": (
        "a login page",
        "tidings reads what everybody can read: give the address of a public list, or of a feed the site offers",
    ),
    "bot-wall": (
        "a check for robots, not the page",
        "look for a feed, or ask the site's operator to let this address in (poll.contact_url tells them who asks)",
    ),
    "portal": (
        "the sign-in page of a network, not the page",
        "this machine is not on the internet yet: sign in to its network, then try again",
    ),
    "error-page": (
        "an error page, although the answer was 200",
        "open the address in a browser and correct it; the list may have moved",
    ),
    "app-shell": (
        "an empty shell that a script fills in the browser",
        "read it with --browser, look for a feed, or give the address of the JSON that the page loads (in a browser's "
        "developer tools, under Network)",
    ),
    "consent": (
        "a wall that asks for consent before it shows the page",
        "look for a feed or another address of the list that opens without the question",
    ),
    "empty": (
        "an empty page",
        "open its address in a browser and see whether it shows anything",
    ),
}


_DRAWN = (
    "empty although its scripts ran",
    "they may want a login, or ask for their data by POST, which is not sent; look for a feed, or for another page",
)


def told(obstacle: str, *, drawn: bool = False) -> str:
    """ "it is a login page; tidings reads …": what stands in the way and what to do, or "" for nothing.

    drawn: a browser drew the page before it was read.
    """
    what, remedy = _DRAWN if drawn and obstacle in ("app-shell", "empty") else SAID.get(obstacle, ("", ""))
    return f"it is {what}; {remedy}" if what else ""
