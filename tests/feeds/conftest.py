"""What tests of watching hold open: a site on loopback, child processes, and a watch over both.

For modules whose tests share an event loop, `asyncio(loop_scope="module")`.
"""

from collections.abc import AsyncIterator

import pytest_asyncio

from feeds.children import Children
from feeds.poll import Watch
from state.store import Store
from tests.fakes.site import Site
from tests.feeds.watching import watching


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def children() -> AsyncIterator[Children]:
    """One child for all tests of a module: starting it takes longer than most of them."""
    async with Children(count=1) as held:
        yield held


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    async with Site() as held:
        yield held


@pytest_asyncio.fixture(loop_scope="module")
async def watch(store: Store, children: Children) -> AsyncIterator[Watch]:
    async with watching(store, children) as held:
        yield held
