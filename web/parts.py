"""What every handler needs, handed in once by `cli` and kept with the application."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from feeds.settings import Publishing
from state.records import Site
from state.store import Store
from web.settings import Serving


@dataclass(frozen=True, slots=True)
class Parts:
    """clock: gives now, UTC. wake: nudges delivery. sink: folder of caught mails, None without the built-in sink."""

    store: Store
    site: Site
    serving: Serving
    publishing: Publishing
    sink: Path | None
    clock: Callable[[], datetime]
    wake: Callable[[], None]

    @property
    def prefix(self) -> str:
        """The path that site.url adds before every address of ours, without a slash at the end."""
        return urlsplit(self.site.url).path.rstrip("/")

    @property
    def here(self) -> Site:
        """The site for links within our own pages: paths only, so that they work on whatever address one came by."""
        return replace(self.site, url=self.prefix)


PARTS = web.AppKey("parts", Parts)
