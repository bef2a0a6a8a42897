"""Read from a host politely: ask its robots.txt first, and leave a gap between two requests.

`Polite` is a fetch function for one visit, made of the one that the code base has (`feeds.fetch`). That nobody else
reads from the host meanwhile is seen to when work is claimed (state/hosts.py). A robots.txt is asked once a day and
kept in the store. Called by `feeds.poll` and `feeds.sources`.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from feeds import robots
from feeds.browser import Browser
from feeds.fetch import Failed, Fetcher, Outcome
from feeds.settings import Polling
from state import hosts
from state.hosts import Robots, host_of
from state.records import Validators
from state.store import Store


@dataclass
class Polite:
    """Held open for one visit. known: robots.txt by host; those that are missing or too old are fetched.

    failed: what the last request came to, if it failed. ignore_robots: read although robots.txt refuses.
    browser: what draws the pages, None where they are read as they come.
    """

    fetcher: Fetcher
    store: Store
    settings: Polling
    now: datetime
    known: dict[str, Robots]
    ignore_robots: bool = False
    browser: Browser | None = None
    failed: Failed | None = None
    _asked: dict[str, float] = field(default_factory=dict)  # when each host was asked last, by the loop's clock

    async def fetch(self, url: str, known: Validators | None = None) -> Outcome:
        """As `Fetcher.fetch`, after the gap; Failed("robots") where robots.txt refuses."""
        host = host_of(url)
        outcome: Outcome | None = (
            await self._refusal(url, host, self.fetcher) if self.settings.respect_robots and host else None
        )
        if outcome is None:
            await self._gap(host)
            if self.browser:
                # without validators: the shell of a page says nothing of the data that its scripts fetch
                outcome = await self.browser.read(url, self.fetcher, self._refused_part)
            else:
                outcome = await self.fetcher.fetch(url, known)
            self._asked[host] = asyncio.get_running_loop().time()
        self.failed = outcome if isinstance(outcome, Failed) else None
        return outcome

    def gap(self, host: str) -> float:
        """Seconds between two requests to a host."""
        return max(self.settings.gap, robots.delay(self.known[host]) if host in self.known else 0.0)

    async def _gap(self, host: str) -> None:
        if host in self._asked:
            wait = self._asked[host] + self.gap(host) - asyncio.get_running_loop().time()
            if wait > 0:
                await asyncio.sleep(wait)

    async def _refused_part(self, url: str, fetcher: Fetcher) -> Failed | None:
        """Why robots.txt keeps us from a part of a page. A page with its parts is one request as to the gap."""
        host = host_of(url)
        return await self._refusal(url, host, fetcher) if self.settings.respect_robots and host else None

    async def _refusal(self, url: str, host: str, fetcher: Fetcher) -> Failed | None:
        """Why robots.txt keeps us from a URL; a host that cannot be reached at all fails as it does."""
        rules = self.known.get(host, Robots())
        if rules.until is None or rules.until <= self.now:
            outcome = await fetcher.fetch(robots.address(url))
            rules = self.known[host] = robots.learnt(outcome, rules, self.now)
            await asyncio.to_thread(self._keep, host, rules)  # the page may be asked for at once: it is once a day
            if isinstance(outcome, Failed) and outcome.kind != "status" and robots.refuses(rules, url, self.now):
                return outcome
        refused = None if self.ignore_robots else robots.refuses(rules, url, self.now)
        return Failed("robots", refused) if refused else None

    def _keep(self, host: str, rules: Robots) -> None:
        robots.delay(rules)  # a large file is parsed here, where it holds up nobody
        with self.store.write() as db:
            hosts.put_robots(db, host, rules)
