"""What the tests of senders that die share: processes that send, and the field they are killed on."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from state.store import Store
from tests.fakes.postmaster import Postmaster
from tests.fakes.sender import Sender
from tests.mail.killing import Field


@pytest.fixture(scope="module")
def nursery() -> Iterator[Sender]:
    with Sender() as sender:
        yield sender


@pytest.fixture
async def field(store: Store, tmp_path: Path, now: datetime, nursery: Sender) -> AsyncIterator[Field]:
    async with Postmaster() as postmaster:
        yield Field(store, tmp_path, now, postmaster, nursery)
    nursery.kill_all()
