"""Figures for a monitor: who may read them, and what they say."""

from datetime import datetime, timedelta

import pytest

from state import alarms, sources
from state.store import Store
from tests.feeds.samples import entry, keep
from tests.web.conftest import Server

TOKEN = "café-7f3a"  # an admin may write any text


def samples(text: str) -> dict[str, float]:
    """Figures by name and labels, as Prometheus would read them."""
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(figure) for name, figure in lines}


async def test_figures_of_what_is_watched_filed_and_due(store: Store, server: Server, now: datetime) -> None:
    keep(store, [entry("a1"), entry("a2")])
    with store.write() as db:
        sources.reschedule(db, "office", now - timedelta(minutes=5), "test")
        alarms.raise_alarm(db, source="office", kind="quiet", message="nothing came", now=now)
    await server.start()
    answer = await server.get("/metrics")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    figures = samples(answer.text)
    assert figures['tidings_sources{state="active"}'] == 1
    assert figures['tidings_alarms{kind="quiet"}'] == 1
    assert figures["tidings_entries"] == 2
    assert figures['tidings_outbox_messages{state="queued"}'] == 0
    assert figures['tidings_overdue_seconds{work="poll"}'] == 300
    assert figures['tidings_overdue_seconds{work="mail"}'] == 0
    families = [line.split()[2] for line in answer.text.splitlines() if line.startswith("# TYPE")]
    assert {name.partition("{")[0] for name in figures} <= set(families)


@pytest.mark.parametrize("shown", [f"Bearer {TOKEN}", f"bearer  {TOKEN} "])
async def test_with_the_token_the_figures_are_shown(store: Store, server: Server, shown: str) -> None:
    await server.start(metrics_token=TOKEN)
    answer = await server.get("/metrics", Authorization=shown)
    assert answer.status == 200


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer é"]
)
async def test_without_the_right_token_it_is_asked_for(store: Store, server: Server, shown: str) -> None:
    await server.start(metrics_token=TOKEN)
    answer = await server.get("/metrics", **({"Authorization": shown} if shown else {}))
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    assert "tidings_" not in answer.text


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded"])
async def test_without_a_token_nobody_reads_them_through_a_proxy(store: Store, server: Server, name: str) -> None:
    await server.start()
    answer = await server.ask("GET", "/metrics", headers={name: "203.0.113.9"})
    assert answer.status == 403
    assert "tidings_" not in answer.text
