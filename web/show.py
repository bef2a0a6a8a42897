"""Turn templates into answers: pages, and plain pages for everything that went wrong."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path

from aiohttp import web

import templates
from state.errors import NotFound, UserError
from templates import links
from templates.render import render
from templates.wording import Say, text, words
from web.conditional import still_good
from web.headers import PRIVATE
from web.parts import PARTS, Parts

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = logging.getLogger(__name__)

_WORDS = {
    400: (
        text("That request makes no sense here"),
        text("Something in the address or in the form is not as it should be."),
    ),
    403: (text("Not from there"), text("This form only takes what is sent from our own pages.")),
    404: (
        text("Nothing here"),
        text("There is no such page. The address may be mistyped, or cut off at the end of a line."),
    ),
    405: (text("Not that way"), text("This address does not take that kind of request.")),
    408: (text("Too slow"), text("The rest of the request did not arrive in time. Please try again.")),
    410: (text("Gone for good"), text("What was here has been closed.")),
    413: (text("Too much"), text("That is more than this form takes.")),
    429: (text("Too many requests"), text("Please try again in an hour.")),
    500: (text("Our fault"), text("Something broke on our side. It has been noted; please try again later.")),
    503: (text("Not ready"), text("Please try again in a moment.")),
}


def page(
    request: web.Request,
    template: str,
    values: Mapping[str, object],
    *,
    status: int = 200,
    private: bool = False,
    language: str = "",
) -> web.Response:
    """A page from templates/web. private: its address is a secret, so nobody may keep or index it.

    language: of the person it is for, where one is known; else the site's.
    """
    parts = request.app[PARTS]
    common: dict[str, object] = {"site": parts.site, "here": parts.here, "links": links, "style": style_url(parts)}
    common |= {"sink": parts.sink, "say": words(language or parts.site.language)}
    html = render(f"web/{template}", **common, **values)
    headers = dict(PRIVATE) if private else {"Cache-Control": "no-cache"}
    return web.Response(text=html, status=status, content_type="text/html", headers=headers)


def notice(
    request: web.Request,
    status: int,
    *,
    heading: str = "",
    words: str = "",
    headers: Mapping[str, str] | None = None,
    language: str = "",
) -> web.Response:
    """A page that only says something, in words that are said already; by default what the status means."""
    say = saying(request, language)
    own_heading, own_words = _WORDS.get(status, _WORDS[400 if status < 500 else 500])
    told = {"heading": heading or say(own_heading), "words": words or say(own_words)}
    made = page(request, "notice.html", told, status=status, private=True, language=language)
    made.headers.update(headers or {})
    return made


def saying(request: web.Request, language: str = "") -> Say:
    """The words of a language, or of the site."""
    return words(language or request.app[PARTS].site.language)


@web.middleware
async def plainly(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer faults with a plain page and the right status; never an error with 200 (requirements: feeds 32)."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        kept = {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
        return notice(request, error.status, headers=kept)
    except NotFound:
        return notice(request, 404)
    except UserError:
        log.exception("%s %s", request.method, request.match_info.route.resource)
        return notice(request, 503)
    except Exception:  # the edge of one request: noted with its traceback, the next one goes on
        log.exception("%s %s", request.method, request.match_info.route.resource)
        return notice(request, 500)


# ---- the style ----


@cache
def stylesheet(name: str) -> tuple[bytes, str]:
    """A style sheet of ours and its version."""
    data = (Path(templates.__file__).parent / "web" / name).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:16]


def style_url(parts: Parts) -> str:
    """The address of the style with its version, so that browsers may keep it for a year."""
    return f"{parts.prefix}/style.css?v={stylesheet('style.css')[1]}"


async def style(request: web.Request) -> web.Response:
    """GET /style.css and /feed.css"""
    data, version = stylesheet(request.match_info["sheet"])
    keep = "max-age=31536000, immutable" if request.query.get("v") == version else "max-age=86400"
    headers = {"ETag": f'"{version}"', "Cache-Control": f"public, {keep}"}
    if still_good(f'"{version}"', None, if_none_match=request.headers.get("If-None-Match"), if_modified_since=None):
        return web.Response(status=304, headers=headers)
    return web.Response(body=data, headers={**headers, "Content-Type": "text/css; charset=utf-8"})
