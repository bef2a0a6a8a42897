"""Reading in child processes: real children, real limits, documents that break them."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.children import LENGTHS, MAX_BODY, Answer, Children, Document, Order, frame
from feeds.extraction import extract
from state import codec
from state.records import Extraction, Unreadable

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
PAGE = Document(
    "https://harbour.example/news/",
    (
        "<!DOCTYPE html><ul>"
        + "".join(
            f'<li><a href="/n/{n}">A title of some length, number {n}</a> <span>{n} May 2019</span></li>'
            for n in range(1, 7)
        )
        + "</ul>"
    ).encode(),
)
# One tag with so many attributes that the parser needs minutes; the quoted ">" hides it from the check before.
BOMB = Document(
    "https://harbour.example/bomb",
    ("<!DOCTYPE html><p x='>' " + " ".join(f"a{n}=1" for n in range(250_000)) + ">x").encode(),
)


async def test_a_child_reads_what_the_pure_function_reads() -> None:
    async with Children(count=1) as children:
        found = await children.extract(PAGE, now=NOW)
    assert found == extract(PAGE, NOW)
    assert isinstance(found, Extraction)
    assert len(found.records) == 6


async def test_relative_dates_count_from_the_given_time_in_the_zone_of_the_source() -> None:
    rows = "".join(
        f'<li><a href="/n/{n}">A title of some length, number {n}</a> <span>today</span></li>' for n in range(3)
    )
    late = datetime(2026, 5, 20, 20, tzinfo=UTC)
    async with Children(count=1) as children:
        found = await children.extract(
            Document(
                "https://harbour.example/", f"<!DOCTYPE html><ul>{rows}</ul>".encode(), timezone="Asia/Phnom_Penh"
            ),
            now=late,
        )
    assert isinstance(found, Extraction)
    assert [record.date for record in found.records] == ["2026-05-21"] * 3


async def test_more_documents_than_children_are_all_read() -> None:
    async with Children(count=2) as children:
        found = await asyncio.gather(*(children.extract(PAGE, now=NOW) for _ in range(7)))
    assert [isinstance(one, Extraction) for one in found] == [True] * 7


async def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_read() -> None:
    async with Children(count=1, wall=1.5) as children:
        hung = await children.extract(BOMB, now=NOW)
    assert isinstance(hung, Unreadable)
    assert "took longer than 1.5 seconds" in hung.reason

    async with Children(count=1, cpu=1) as children:
        hung = await children.extract(BOMB, now=NOW)
        assert isinstance(await children.extract(PAGE, now=NOW), Extraction)
    assert isinstance(hung, Unreadable)
    assert "takes more than 1 seconds of processor time" in hung.reason
    assert "only the newest entries" in hung.reason


async def test_a_child_without_memory_gives_a_reason_and_the_next_document_gets_a_fresh_one() -> None:
    async with Children(count=1, memory=1) as children:
        found = await children.extract(PAGE, now=NOW)
    assert isinstance(found, Unreadable)
    assert "; " in found.reason


async def test_a_body_beyond_the_cap_is_refused_without_asking_a_child() -> None:
    async with Children(count=1, memory=1) as children:  # a child could not answer
        found = await children.extract(Document("https://harbour.example/", b"x" * (MAX_BODY + 1)), now=NOW)
    assert isinstance(found, Unreadable)
    assert "10,485,761 bytes" in found.reason


async def test_a_cancelled_reading_kills_its_child_and_frees_its_place() -> None:
    async with Children(count=1) as children:
        reading = asyncio.create_task(children.extract(BOMB, now=NOW))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reading, 0.7)
        assert isinstance(await children.extract(PAGE, now=NOW), Extraction)


async def test_no_child_is_left_behind() -> None:
    before = offspring()
    async with Children(count=2) as children:
        await asyncio.gather(children.extract(PAGE, now=NOW), children.extract(PAGE, now=NOW))
        assert len(offspring() - before) == 2
    assert offspring() <= before


def offspring() -> set[str]:
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


def test_a_child_speaks_only_frames_and_ends_with_its_input() -> None:
    order = codec.encode(Order(PAGE.url, "", "auto", "", "UTC", {}, NOW))
    done = subprocess.run(
        [sys.executable, "-m", "feeds.child", "10", str(2**31)],
        input=frame(order, PAGE.body) * 2,
        capture_output=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    rest, answers = done.stdout, []
    while rest:
        size, _ = LENGTHS.unpack(rest[: LENGTHS.size])
        answers.append(codec.decode(rest[LENGTHS.size : LENGTHS.size + size], Answer))
        rest = rest[LENGTHS.size + size :]
    assert [answer.extraction == extract(PAGE, NOW) for answer in answers] == [True, True]


async def test_a_fault_while_reading_costs_one_document_and_says_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cchardet.py").write_text("def detect(body):\n    raise RuntimeError('no table for these bytes')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    undeclared = Document("https://harbour.example/old", "<p>Gezeitentafel für Köln".encode("latin-1"))

    async with Children(count=1) as children:
        broken = await children.extract(undeclared, now=NOW)
        after = await children.extract(PAGE, now=NOW)

    assert isinstance(broken, Unreadable)
    assert "RuntimeError: no table for these bytes at cchardet.py:2" in broken.reason
    assert "report this with its address" in broken.reason
    assert isinstance(after, Extraction)
