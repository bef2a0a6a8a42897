"""Tell whether it is our own network that is down, and not the host that could not be reached.

If any host answered since a failure began, the network is there. Else up to three hosts of other sources, that could
be read lately, are asked for a connection, and for nothing more: if none takes it, nobody can be reached from here, and
the source is not to blame. With a single host to watch there is no way to know. Called by `feeds.poll`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from feeds.fetch import Failed, Fetcher

NEIGHBOURS = 3  # hosts that are tried
_SUSPECT = ("dns", "connect", "timeout", "proxy")
_PATIENCE = 5.0  # seconds that a connection may take
_STANDS = 30.0  # seconds for which a finding holds


@dataclass
class Network:
    """What is known of our own network. down: since the last finding that nobody could be reached."""

    down: bool = False
    _found_at: float = float("-inf")

    def suspect(self, failed: Failed | None) -> bool:
        """Whether a failure may be our network's."""
        return failed is not None and failed.kind in _SUSPECT

    async def is_down(self, fetcher: Fetcher, began: float, neighbours: Sequence[str]) -> bool:
        """Whether a fetch that began at a moment of the loop's clock failed because nobody can be reached.

        neighbours: addresses of other hosts.
        """
        now = asyncio.get_running_loop().time()
        if fetcher.reached_at is not None and fetcher.reached_at >= began:
            self.down = False
        elif now - self._found_at >= _STANDS or (fetcher.reached_at or 0.0) > self._found_at:
            tried = await asyncio.gather(*(fetcher.reaches(url, _PATIENCE) for url in neighbours))
            self.down = bool(tried) and not any(tried)
            self._found_at = asyncio.get_running_loop().time()
        return self.down

    def answered(self) -> bool:
        """Note that a host could be reached. Returns whether it is news."""
        news, self.down = self.down, False
        return news
