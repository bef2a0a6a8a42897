"""Headers of every answer: nothing active, nothing from elsewhere, no token in a Referer.

Pages hold no script and no style of their own, so the policy forbids both; an
answer that needs another policy (a caught mail) sets its own before.
"""

from aiohttp import web

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# What a mail needs as a page of its own: its inline styles, links that open, and nothing that acts.
STYLED = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}  # pages whose address is a secret


async def add(request: web.Request, response: web.StreamResponse) -> None:
    """A signal of aiohttp: called before the headers of any answer go out.

    A page that tells its address to nobody hides it from us too: browsers then send "Origin: null" with its form.
    """
    response.headers["Server"] = "tidings"
    response.headers.setdefault("Content-Security-Policy", POLICY)
    secret = "token" in request.match_info
    response.headers.setdefault("Referrer-Policy", "no-referrer" if secret else "same-origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
