"""A year of watching, simulated: sources of several shapes that publish, edit, withdraw, break, recover, are rebuilt.

Everything is real but the clock and the sites: the fetch function over loopback, reading in child processes, the
store. Each source is polled as often as in an ordinary year and its script, drawn from a seed, is the truth: what was
published must be known and mailed, once; nothing else may be mailed; each fault must raise its alarm, and nothing but
a fault. `python -m benchmarks.year --days 365 --seed 1` prints the figures; the suite runs a slice (tests/flows).
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from feeds import sources as watching
from feeds.children import Children
from feeds.fetch import Fetcher
from feeds.poll import Watch, poll
from feeds.settings import Polling
from state import alarms, entries, filings
from state.migrate import migrate
from state.records import Site as Face
from state.store import Store, open_store
from tests.fakes.site import LOOPBACK, Site

START = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
SHAPES = ("page", "months", "table", "feed", "text", "cards")
TRANSIENT = ("walled", "portal", "emptied", "broken", "truncated")  # for some polls, then all is as it was
LASTING = ("redesigned", "relaunched")
PATIENCE = 3  # polls after which a fault must have been told
FAULTS = 0.03  # chance of one between two polls: far more than in a real year
_WORDS = (
    "wages", "harvest", "clinic", "ferry", "archive", "bridge", "census", "drought", "teacher", "market", "forest",
    "tunnel", "library", "vaccine", "railway", "fishery", "textile", "mining", "housing", "tourism", "energy", "water",
    "justice", "border", "pension", "customs", "museum", "weather", "radio", "sewage",
)  # fmt: skip
_VERBS = ("opens", "closes", "audits", "plans", "extends", "reviews", "repairs", "funds", "delays", "renames")
_PLACES = ("northern", "southern", "eastern", "western", "coastal", "central", "upper", "lower", "inner")
_SLACK = timedelta(days=2)  # until an alarm may come after its fault
_ALARMS = {
    "walled": {"quarantined", "empty", "broken"},
    "portal": {"quarantined", "empty", "broken"},
    "emptied": {"empty", "quarantined"},
    "broken": {"broken"},
    "truncated": {"quarantined", "redesigned"},  # one that lasts for more than a day is taken over
    "redesigned": {"redesigned", "quarantined"},
    "relaunched": {"relaunched", "quarantined"},
}


@dataclass
class Item:
    """One release. day: what the page says; at: when it appeared."""

    number: int
    title: str
    day: date
    summary: str
    at: datetime


@dataclass
class Fault:
    """Something that went wrong at a site. polls: that saw it; told: alarms that stood at one of them."""

    kind: str
    begin: datetime
    end: datetime
    polls: int = 0
    told: set[str] = field(default_factory=set)

    @property
    def must_be_told(self) -> bool:
        """What passes by itself may be waited for, and a new look that is understood is no fault."""
        return self.polls >= PATIENCE and self.kind != "redesigned"


@dataclass
class Script:
    """What one site does. Its pages follow from its fields; `step` draws what happens next."""

    name: str
    shape: str
    random: Random
    faulty: float = FAULTS
    rows: int = 10
    items: list[Item] = field(default_factory=list)  # newest first
    look: int = 0  # raised by a redesign
    moved: int = 0  # raised by a relaunch
    pinned: int | None = None
    fault: str = ""
    fault_ends: datetime = START
    told: set[int] = field(default_factory=set)  # published after the first sight: must be mailed
    served: set[int] = field(default_factory=set)  # stood on the site at a poll
    faults: list["Fault"] = field(default_factory=list)
    number: int = 0
    steps: int = 0
    edits: int = 0

    def publish(self, now: datetime, *, back: int = 0) -> Item:
        """A new release on top, or `back` days earlier among the others."""
        self.number += 1
        pick = self.random.choice
        what = f"{pick(_PLACES)} {pick(_WORDS)} and {pick(_WORDS)}"
        title = f"Ministry {pick(_VERBS)} the {what} in district {self.number}"
        day = now.date() - timedelta(days=back)
        item = Item(self.number, title, day, f"In short: {what}, as was said on {day:%A} of office {self.number}.", now)
        place = sum(other.day > day for other in self.items[: self.rows // 2])
        self.items.insert(place, item)
        return item

    def step(self, now: datetime) -> None:
        """What happens at the site before the next poll."""
        self.steps += 1
        if self.fault and now >= self.fault_ends:
            self.fault = ""
        chance = self.random.random
        if self.fault:
            return
        for _ in range(1 + (chance() < 0.2) if chance() < 0.25 else 0):
            self.told.add(self.publish(now).number)
        if chance() < 0.02:
            self.told.add(self.publish(now, back=self.random.randint(2, 20)).number)
        if chance() < 0.01:
            for _ in range(self.random.randint(4, 12)):
                self.told.add(self.publish(now).number)
        if chance() < 0.03:
            self._edit(self.random.choice(self.items[: self.rows - 2]))
        if chance() < 0.01:
            gone = self.items.pop(self.random.randrange(1, 5)).number
            self.told -= {gone} - self.served  # nobody could see it
        if chance() < 0.01:
            self.pinned = None if self.pinned else self.items[self.random.randrange(2, 6)].number
        if chance() < self.faulty:
            self._break(now)

    def _edit(self, item: Item) -> None:
        self.edits += 1
        if self.random.random() < 0.5:
            item.title = item.title.replace("Ministry", "The ministry", 1) if item.title[0] == "M" else item.title
        else:
            item.summary += " A correction was made."

    def _break(self, now: datetime) -> None:
        kinds = TRANSIENT + (LASTING if self.shape not in ("feed", "text") else ())
        kind = self.random.choice(kinds)
        if kind == "redesigned":
            self.look += 1
        elif kind == "relaunched":
            self.moved += 1
        else:
            self.fault, self.fault_ends = kind, now + timedelta(hours=self.random.choice((7, 25, 49)))
        self.faults.append(Fault(kind, now, self.fault_ends if self.fault else now))

    # ---- what the site answers ----

    def serve(self, site: Site, now: datetime) -> None:
        """Put the pages of this moment."""
        path = f"/{self.name}"
        if self.fault == "broken":
            site.pages.pop(path, None)
        elif self.fault == "walled":
            site.puts(path, _WALL)
        elif self.fault == "portal":
            site.puts(path, _PORTAL)
        elif self.shape == "feed":
            shown = [] if self.fault == "emptied" else self.items[: 3 if self.fault == "truncated" else self.rows * 2]
            site.puts(path, _feed(self, shown), "application/rss+xml")
        elif self.shape == "text":
            site.puts(path, _text([] if self.fault == "emptied" else self._shown(0, 4)), "text/plain")
        else:
            for page in range(5):
                where = f"{path}?page={page + 1}" if page else path
                site.puts(where, _markup(self, page, now))

    def _shown(self, page: int, pages: int = 1) -> list[Item]:
        first = page * self.rows
        shown = self.items[first : first + self.rows * pages]
        if self.fault == "truncated":
            shown = shown[: max(1, len(shown) // 3)]
        if page == 0 and self.pinned is not None:
            shown = [item for item in self.items if item.number == self.pinned] + shown
        return shown

    def readers(self, item: Item) -> int:
        """A counter that runs."""
        return 7 * self.steps + 1000 - 3 * item.number

    def link(self, item: Item) -> str:
        slug = f"{item.number:05}"
        return f"/{self.name}/{slug}" if not self.moved else f"/{self.name}/v{self.moved}/releases/{slug}.html"


_WALL = (
    "<html><head><title>Just a moment</title></head><body><h1>Checking your browser before you go on</h1>"
    "<p>Please enable JavaScript and cookies to continue.</p></body></html>"
)
_PORTAL = (
    "<html><head><title>Sign in to the network</title></head><body><h1>Welcome to the guest network</h1>"
    '<form action="/login" method="post"><input name="user"><input type="password" name="code">'
    "<button>Sign in</button></form></body></html>"
)


def _markup(script: Script, page: int, now: datetime) -> str:
    shown = [] if script.fault == "emptied" else script._shown(page)
    drawn = {"page": _list, "months": _months, "table": _table, "cards": _cards}
    shapes = list(drawn)
    shape = shapes[(shapes.index(script.shape) + script.look) % len(shapes)]
    body = drawn[shape](script, shown) if shown else "<p>There are no releases at present.</p>"
    following = f'<nav><a rel="next" href="/{script.name}?page={page + 2}">Older releases</a></nav>' if page < 4 else ""
    return (
        f"<!DOCTYPE html><html lang=en><head><title>Releases of the office</title></head><body>"
        f'<header><a href="/">Home</a> <a href="/about">About the office</a></header><main><h1>Releases</h1>{body}'
        f"{following}</main><footer>Read at {now:%H:%M}; visitor {int(now.timestamp()) // 997}</footer></body></html>"
    )


def _list(script: Script, shown: Sequence[Item]) -> str:
    return "<ol>" + "".join(
        f'<li><h3><a href="{script.link(i)}">{i.title}</a></h3><p class="date">{i.day:%d %B %Y}</p>'
        f"<p>{i.summary}</p></li>"
        for i in shown
    ) + "</ol>"  # fmt: skip


def _months(script: Script, shown: Sequence[Item]) -> str:
    parts: list[str] = []
    month = ""
    for i in shown:
        if f"{i.day:%B %Y}" != month:
            month = f"{i.day:%B %Y}"
            parts.append(f"</ul><h2>{month}</h2><ul>" if parts else f"<h2>{month}</h2><ul>")
        parts.append(f'<li><a href="{script.link(i)}">{i.title}</a> ({i.day:%d %B %Y})</li>')
    return "".join(parts) + "</ul>"


def _table(script: Script, shown: Sequence[Item]) -> str:
    rows = "".join(
        f'<tr><td>{i.day:%d.%m.%Y}</td><td><a href="{script.link(i)}">{i.title}</a></td><td>{i.summary}</td></tr>'
        for i in shown
    )
    return f"<table><tr><th>Date</th><th>Title</th><th>In short</th></tr>{rows}</table>"


def _cards(script: Script, shown: Sequence[Item]) -> str:
    return "<div class=grid>" + "".join(
        f'<article class=card><span class=day>{i.day:%B %d, %Y}</span><h2><a href="{script.link(i)}">{i.title}</a></h2>'
        f"<div class=teaser><p>{i.summary} It was read {script.readers(i)} times.</p></div></article>"
        for i in shown
    ) + "</div>"  # fmt: skip


def _feed(script: Script, shown: Sequence[Item]) -> str:
    items = "".join(
        f"<item><title>{i.title}</title><link>https://office.example.org/{script.name}/{i.number}</link>"
        f"<guid>{script.name}-{i.number}</guid><description>{i.summary}</description>"
        f"<pubDate>{i.day:%a, %d %b %Y} 06:00:00 GMT</pubDate></item>"
        for i in shown
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Office</title>{items}</channel></rss>'


def _text(shown: Sequence[Item]) -> str:
    parts = [
        f"{n}. Press release\n\n{i.title}\n\n{i.day:%d %B %Y}, CAPITAL\n\n{i.summary}\n" for n, i in enumerate(shown, 1)
    ]
    return "RELEASES OF THE OFFICE\n\n" + "\n".join(parts)


# ---- the year ----


@dataclass
class Account:
    """What a run showed. missed, false: titles; alarms: (source, kind, when) as they were raised."""

    polls: int = 0
    published: int = 0
    known: int = 0
    mailed: int = 0
    edits: int = 0
    revisions: int = 0
    missed: list[str] = field(default_factory=list)
    unmailed: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    raised: list[tuple[str, str, datetime]] = field(default_factory=list)
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    faults: int = 0
    unseen: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return 1 - len(self.unseen) / max(1, self.faults)


async def simulate(
    store: Store, *, days: int, seed: int, every: timedelta = timedelta(hours=12), faults: float = FAULTS
) -> Account:
    """Watch one source of each shape for so many days, with a week away in between.

    faults: chance that something breaks at a site between two polls.
    """
    random = Random(seed)
    scripts = [Script(shape, shape, Random(random.random()), faults) for shape in SHAPES]
    for script in scripts:
        for age in range(60, 0, -1):
            script.publish(START - timedelta(days=2 * age))
    account = Account()
    settings = Polling(allow=LOOPBACK, new_entries_hold=100, timeout=20, respect_robots=False, gap=0)
    async with Site() as site, Fetcher(settings, "1.0") as fetcher, Children(count=2) as children:
        watch = Watch(store, fetcher, children, Face(url="https://news.example.org"), settings)
        for script in scripts:
            script.serve(site, START)
            look = await watching.look(watch, site.url(f"/{script.name}"), now=START)
            await watching.add(watch, look, id=script.name, now=START)
        away = START + timedelta(days=days // 2)
        for now in _times(days, every):
            for script in scripts:
                script.step(now)
                if away <= now < away + timedelta(days=7):
                    continue
                await _poll(watch, site, script, now, account)
        for more in range(1, 9):  # what still is held or broken comes to an end
            for script in scripts:
                script.fault = ""
                await _poll(watch, site, script, START + timedelta(days=days + more), account)
    _settle(store, scripts, account)
    return account


def _times(days: int, every: timedelta) -> Iterator[datetime]:
    now = START + every
    while now < START + timedelta(days=days):
        yield now
        now += every


async def _poll(watch: Watch, site: Site, script: Script, now: datetime, account: Account) -> None:
    script.serve(site, now)
    script.served |= set() if script.fault else {item.number for item in script.items}
    before = _standing(watch.store, script.name)
    await poll(watch, script.name, now=now)
    account.polls += 1
    standing = _standing(watch.store, script.name)
    account.raised += [(script.name, kind, now) for kind in sorted(standing - before)]
    for fault in script.faults:
        lasting = fault.kind in LASTING and fault.polls < PATIENCE
        if fault.begin <= now < fault.end or lasting:
            fault.end = max(fault.end, now)  # of a lasting one: when it was seen
            fault.polls += 1
            fault.told |= standing & _ALARMS[fault.kind]


def _standing(store: Store, source: str) -> set[str]:
    with store.read() as db:
        return {one.kind for one in alarms.alarms(db, source=source)}


def _settle(store: Store, scripts: Sequence[Script], account: Account) -> None:
    """Compare what is known and mailed with what was published."""
    with store.read() as db:
        known = entries.entries(db)
        filed = filings.filed(db, [entry.id for entry in known])
        account.revisions = sum(len(entries.revisions(db, entry.id)) - 1 for entry in known)
    for script in scripts:
        mine = [entry for entry in known if entry.source == script.name]
        numbers = Counter(_number(entry.title) for entry in mine)
        mailed = Counter(_number(entry.title) for entry in mine if filed[entry.id, "all"])
        published = set(range(1, script.number + 1))
        account.published += len(script.told)
        account.known += len(mine)
        account.edits += script.edits
        account.mailed += sum(mailed.values())
        seen_there = set(script.told)
        account.missed += [f"{script.name} {n}" for n in sorted(seen_there - set(numbers))]
        account.unmailed += [f"{script.name} {n}" for n in sorted(seen_there & set(numbers) - set(mailed))]
        account.doubled += [f"{script.name} {n}" for n, count in numbers.items() if count > 1]
        account.false += [f"{script.name} {n}" for n in mailed.elements() if n not in script.told or n not in published]
        account.false += [f"{script.name} {n} twice" for n, count in mailed.items() if count > 1 and n in script.told]
        _weigh(script, account)


def _number(title: str) -> int:
    """The release a title is of, 0 for what was none."""
    last = title.rsplit(" ", 1)[-1]
    return int(last) if last.isdigit() else 0


def _weigh(script: Script, account: Account) -> None:
    """Which alarms were right, and which faults nobody was told of."""
    for source, kind, at in account.raised:
        if source != script.name:
            continue
        right = any(kind in _ALARMS[fault.kind] and fault.begin <= at <= fault.end + _SLACK for fault in script.faults)
        account.right += right
        account.wrong += [] if right else [f"{script.name} {kind} at {at:%Y-%m-%d %H}"]
    for fault in script.faults:
        account.faults += fault.must_be_told
        if fault.must_be_told and not fault.told:
            account.unseen.append(f"{script.name} {fault.kind} of {fault.begin:%Y-%m-%d %H} to {fault.end:%Y-%m-%d %H}")


def told(account: Account) -> list[str]:
    """The figures, a line each."""
    return [
        f"{account.polls} polls; {account.published} releases published, {account.known} entries known, "
        f"{account.mailed} mailed; {account.edits} edits, {account.revisions} revisions",
        f"missed: {len(account.missed)} {account.missed[:8]}",
        f"known, but taken as a baseline for doubt: {len(account.unmailed)} {account.unmailed[:8]}",
        f"false mails: {len(account.false)} {account.false[:8]}",
        f"doubled: {len(account.doubled)} {account.doubled[:8]}",
        f"alarms: {account.right} right, {len(account.wrong)} wrong (precision {account.precision:.3f}), "
        f"{account.wrong[:8]}",
        f"faults: {account.faults}, {len(account.unseen)} not told (recall {account.recall:.3f}) {account.unseen[:8]}",
    ]


def run() -> None:
    """Two months, as part of `make bench`."""
    _print(days=60, seed=1)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--days", type=int, default=365)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    _print(days=given.days, seed=given.seed)


def _print(*, days: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/year.db", create=True)
        migrate(store)
        account = asyncio.run(simulate(store, days=days, seed=seed))
        store.close()
    print("\n".join(told(account)))


if __name__ == "__main__":
    main()
