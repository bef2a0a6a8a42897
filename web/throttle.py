"""Count requests per client and hour, so that our form cannot be used to flood somebody's mailbox.

Held in memory and bounded: many clients at once push out the longest unseen.
A confirmation mail has a limit per address of its own (mail/subscriptions.py).
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from aiohttp import web

_HOUR = timedelta(hours=1)
_MOST_CLIENTS = 10_000


class Throttle:
    """Allows `per_hour` requests to each client in any hour; 0 = no limit."""

    def __init__(self, per_hour: int) -> None:
        self.per_hour = per_hour
        self._seen: OrderedDict[str, list[datetime]] = OrderedDict()

    def allows(self, client: str, now: datetime) -> bool:
        """Count one request; False where it is one too many."""
        if not self.per_hour:
            return True
        recent = [at for at in self._seen.pop(client, []) if at > now - _HOUR]
        allowed = len(recent) < self.per_hour
        self._seen[client] = [*recent, now] if allowed else recent
        while len(self._seen) > _MOST_CLIENTS:
            self._seen.popitem(last=False)
        return allowed


def client_of(request: web.Request, trusted: Sequence[str]) -> str:
    """Whose request it is: the peer, or behind trusted proxies the nearest address that is none of them.

    An IPv6 network of 64 bits counts as one client: a household has that many addresses.
    """
    networks = [ip_network(network, strict=False) for network in trusted]
    hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")]
    found = request.remote or ""
    while hops and any(_within(found, network) for network in networks):
        found = hops.pop()
    try:
        address = ip_address(found)
    except ValueError:
        return found[:64]
    return str(ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)


def _within(address: str, network: object) -> bool:
    try:
        return ip_address(address) in network  # type: ignore[operator]
    except ValueError:
        return False
