"""A slice of the fuzzing that `python -m benchmarks fuzz` does for longer: the same seeds each time."""

from collections.abc import Sequence
from time import process_time

import pytest

from benchmarks.fuzz import NOW, mutated, sources
from feeds.extraction import extract
from state.records import Extraction, Unreadable

pytestmark = pytest.mark.no_cover  # the same code again and again: counting its branches costs more than running it

SLICES, EACH = 10, 210
LONGEST = 1_500  # bytes of a body before its changes


@pytest.fixture(scope="module")
def bodies() -> Sequence[bytes]:
    return sources(LONGEST)


@pytest.mark.parametrize("part", range(SLICES))
def test_mutated_documents_give_an_answer_or_a_reason_and_soon(part: int, bodies: Sequence[bytes]) -> None:
    for seed in range(part * EACH, (part + 1) * EACH):
        document = mutated(seed, bodies)
        began = process_time()
        found = extract(document, NOW)
        assert process_time() - began < 5, f"seed {seed}"
        assert isinstance(found, Extraction | Unreadable), f"seed {seed}"
        for record in found.records if isinstance(found, Extraction) else ():
            assert record.title or record.display_title or record.summary, f"seed {seed}"
            assert not set(record.title + record.summary) & set("\0\r\n\u202e\ud800"), f"seed {seed}"
