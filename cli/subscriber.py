"""Manage people."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from cli import calmer, people_csv, show
from cli.app import App, agreed
from mail.consent import STATES
from state.errors import UserError
from state.records import RHYTHMS

if TYPE_CHECKING:
    from mail.subscriptions import Account

RHYTHM = click.Choice(RHYTHMS)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Day(click.ParamType[tuple[int | None, int | None]]):
    """A weekday (mon) for weekly digests, or a day of the month (1) for monthly ones."""

    name = "DAY"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, int | None]:
        """Weekday from 0 (Monday) or None, day of the month or None."""
        if isinstance(value, tuple):
            return value
        written = str(value).lower()
        if written[:3] in DAYS:
            return DAYS.index(written[:3]), None
        if re.fullmatch(r"\d{1,2}", written) and 1 <= int(written) <= 31:
            return None, int(written)
        return self.fail(f"{value!r}; give a weekday like mon, or a day of the month from 1 to 31", param, ctx)


@click.group()
def subscriber() -> None:
    """Add, list, show, edit, import and remove subscribers."""


subscriber.add_command(people_csv.import_)
subscriber.add_command(people_csv.export)


@subscriber.command()
@click.argument("email")
@click.option(
    "--topic", "topics", multiple=True, required=True, metavar="T", help="A topic, also with facets: T?country=KH."
)
@click.option("--every", type=RHYTHM, default="weekly", show_default=True)
@click.option("--at", metavar="HH:MM", help="Hour of digests, in the person's time zone (default: 09:00).")
@click.option("--on", type=Day(), default=None, help="Day of weekly or monthly digests (default: mon, 1).")
@click.option("--timezone", metavar="TZ", help="Default: site.timezone.")
@click.option("--language", metavar="L", help="Default: site.language.")
@click.option("--confirmed", is_flag=True, help="The person has agreed elsewhere: no confirmation mail.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def add(
    app: App,
    email: str,
    topics: tuple[str, ...],
    every: str,
    at: str | None,
    on: tuple[int | None, int | None] | None,
    timezone: str | None,
    language: str | None,
    confirmed: bool,
    as_json: bool,
) -> None:
    """Subscribe EMAIL to topics; one that is known gets the topics added.

    Without --confirmed one mail goes out that asks for confirmation.

    \b
    Examples:
      tidings subscriber add sok@example.org --topic all --every daily
      tidings subscriber add sok@example.org --topic "child-labour?country=KH" --every weekly --on fri
    """
    from mail import subscriptions

    weekday, monthday = on or (None, None)
    now = app.now()
    with app.store() as store, store.write() as db:
        done = subscriptions.subscribe(
            db,
            email=email,
            topics=topics,
            every=every,
            at=at,
            weekday=weekday,
            monthday=monthday,
            timezone=timezone,
            language=language,
            confirmed=confirmed,
            by="admin",
            site=app.site if confirmed else app.mail_site,
            now=now,
        )
    kept = [
        name
        for name, value in (("--at", at), ("--on", on), ("--timezone", timezone), ("--language", language))
        if value
    ]
    if kept and done.subscriber.created_at < now:
        show.progress(
            f"{done.subscriber.email} was known: {', '.join(kept)} changed nothing; "
            f"`tidings subscriber edit {done.subscriber.email}` does"
        )
    if as_json:
        show.emit({"subscriber": {**asdict(done.subscriber), "added": done.added, "mailed": done.mailed_confirmation}})
        return
    person = done.subscriber
    mailed = "; a mail that asks for confirmation is queued" if done.mailed_confirmation else ""
    show.line(f"{person.email} is {person.state}: {', '.join(done.added) or 'nothing new'}{mailed}")
    calmer.offer(app, person.email, done.added, every)


@subscriber.command("list")
@click.option("--topic", metavar="T", help="Subscribed to T.")
@click.option("--state", type=click.Choice(STATES))
@click.option("--limit", type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, topic: str | None, state: str | None, limit: int | None, as_json: bool) -> None:
    """List subscribers by address, with their topics.

    \b
    Example:
      tidings subscriber list --state confirmed
    """
    from state import people

    with app.store() as store, store.read() as db:
        found = (one for page in people.pages(db, topic=topic, state=state, limit=limit) for one in page)
        if as_json:
            show.stream("subscribers", (show.subscriber(person, rows) for person, rows in found))
            return
        show.table(
            [(one.email, one.state, ", ".join(f"{row.topic} {row.every}" for row in rows)) for one, rows in found],
            ("email", "state", "topics"),
        )


@subscriber.command("show")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_(app: App, email: str, as_json: bool) -> None:
    """Show one person: topics, next digests, and the log of every change.

    \b
    Example:
      tidings subscriber show sok@example.org
    """
    from mail import subscriptions

    with app.store() as store, store.read() as db:
        account = subscriptions.show(db, email)
    if as_json:
        log = [asdict(line) for line in account.log]
        show.emit(
            {"subscriber": {**show.subscriber(account.subscriber, account.subscriptions, log), "due": account.due}}
        )
        return
    describe(account)


def describe(account: Account) -> None:
    """A person, for a person."""
    one = account.subscriber
    show.facts([("email", one.email), ("state", one.state), ("time zone", one.timezone), ("language", one.language)])
    show.facts([("digests at", one.at), ("weekly on", DAYS[one.weekday]), ("monthly on", one.monthday)])
    if one.note:
        show.line(f"a note when nothing is new: {one.note}")
    zone = ZoneInfo(one.timezone)
    if one.paused_until:
        show.line(f"paused until: {one.paused_until.astimezone(zone):%Y-%m-%d %H:%M} {one.timezone}")
    for row in account.subscriptions:
        show.line(f"topic: {row.topic}, {row.every}")
    for every, at in account.due.items() if one.state == "confirmed" else ():
        show.line(f"next {every}: {at.astimezone(zone):%Y-%m-%d %H:%M} {one.timezone}")
    for line in account.log:
        show.line(f"log: {line.at:%Y-%m-%d %H:%M} {line.by}: {line.what}")


@subscriber.command()
@click.argument("email")
@click.option("--yes", is_flag=True)
@click.pass_obj
def remove(app: App, email: str, yes: bool) -> None:
    """Take EMAIL off everything. Queued mail is dropped, and the leaving is remembered.

    \b
    Example:
      tidings subscriber remove sok@example.org --yes
    """
    from mail import subscriptions

    with app.store() as store:
        with store.read() as db:
            account = subscriptions.show(db, email)
        topics = ", ".join(row.topic for row in account.subscriptions) or "no topics"
        if not agreed(f"Take {account.subscriber.email} off ({topics})? Only the person can come back.", yes):
            raise UserError(f"{email} stays subscribed")
        with store.write() as db:
            done = subscriptions.remove(db, email, by="admin", now=app.now())
    show.line(f"{done.subscriber.email} has left")


@subscriber.command()
@click.argument("email")
@click.pass_obj
def pause(app: App, email: str) -> None:
    """Send EMAIL nothing for now; what is owed waits.

    \b
    Example:
      tidings subscriber pause sok@example.org
    """
    from mail import subscriptions

    with app.store() as store, store.write() as db:
        done = subscriptions.pause(db, email, by="admin", now=app.now())
    show.line(f"{done.subscriber.email} is paused")


@subscriber.command()
@click.argument("email")
@click.pass_obj
def resume(app: App, email: str) -> None:
    """Send EMAIL mail again; what was filed meanwhile comes with the next digest.

    \b
    Example:
      tidings subscriber resume sok@example.org
    """
    from mail import subscriptions

    with app.store() as store, store.write() as db:
        done = subscriptions.resume(db, email, by="admin", now=app.now())
    show.line(f"{done.subscriber.email} gets mail again")


@subscriber.command()
@click.argument("email")
@click.option("--email", "address", metavar="NEW", help="Another address; it is asked to confirm.")
@click.option("--confirmed", is_flag=True, help="You vouch that the new address is theirs: no confirmation mail.")
@click.option("--at", metavar="HH:MM", help="Hour of digests, in the person's time zone.")
@click.option("--on", type=Day(), default=None, help="Day of weekly (mon) or monthly (1) digests.")
@click.option("--timezone", metavar="TZ")
@click.option("--language", metavar="L")
@click.option(
    "--note/--no-note",
    default=None,
    help="Whether a week or month without news brings a note (default: digests.empty_note).",
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def edit(
    app: App,
    email: str,
    address: str | None,
    confirmed: bool,
    at: str | None,
    on: tuple[int | None, int | None] | None,
    timezone: str | None,
    language: str | None,
    note: bool | None,
    as_json: bool,
) -> None:
    """Change the address of EMAIL, or when and in which language digests come.

    After a change of address links in earlier mails are dead, and nothing goes out until the new one is
    confirmed by its owner, or by you: --confirmed now, `tidings subscriber confirm` later.

    \b
    Examples:
      tidings subscriber edit sok@example.org --at 07:30 --on fri --timezone Asia/Phnom_Penh
      tidings subscriber edit sok@example.org --email sok@example.net
    """
    from mail import administration

    weekday, monthday = on or (None, None)
    given = {"at": at, "weekday": weekday, "monthday": monthday, "timezone": timezone, "language": language}
    given["note"] = None if note is None else "yes" if note else "no"
    if address is None and all(value is None for value in given.values()):
        raise click.UsageError("say what to change: --email, --at, --on, --timezone, --language or --note")
    if confirmed and address is None:
        raise click.UsageError("--confirmed is about a new address; see also `tidings subscriber confirm EMAIL`")
    with app.store() as store, store.write() as db:
        done = administration.edit(
            db,
            email,
            given=given,
            address=address,
            confirmed=confirmed,
            by="admin",
            site=app.mail_site if address and not confirmed else app.site,
            now=app.now(),
        )
    if as_json:
        show.emit({"subscriber": {**asdict(done.subscriber), "changes": done.changes, "mailed": done.mailed}})
        return
    mailed = "; a mail that asks the new address for confirmation is queued" if done.mailed else ""
    show.line(f"{done.subscriber.email}: {'; '.join(done.changes) or 'it was so already'}{mailed}")


@subscriber.command()
@click.argument("email")
@click.pass_obj
def confirm(app: App, email: str) -> None:
    """Vouch that EMAIL wants this: ends waiting for a confirmation, or a suppression after bounces.

    \b
    Example:
      tidings subscriber confirm sok@example.org
    """
    from mail import administration
    from mail.subscriptions import Already

    with app.store() as store, store.write() as db:
        done = administration.confirm(db, email, by="admin", now=app.now())
    was = f"was {done.subscriber.state} already" if isinstance(done, Already) else "is confirmed"
    show.line(f"{done.subscriber.email} {was}")


@subscriber.command()
@click.argument("email")
@click.option("--yes", is_flag=True)
@click.pass_obj
def forget(app: App, email: str, yes: bool) -> None:
    """Erase what is known of EMAIL: settings, topics, log, mails. Only the stop-list keeps a keyed hash.

    \b
    Example:
      tidings subscriber forget sok@example.org --yes
    """
    from mail import administration, subscriptions

    with app.store() as store:
        with store.read() as db:
            account = subscriptions.show(db, email)
        known = f"{account.subscriber.state}, {len(account.subscriptions)} topics, {len(account.log)} lines of log"
        if not agreed(f"Erase {account.subscriber.email} ({known})? Nothing of it comes back.", yes):
            raise UserError(f"{email} is not forgotten")
        with store.write() as db:
            done = administration.forget(db, email, now=app.now())
    show.line(f"{done.email} is forgotten; the stop-list keeps a keyed hash, so that no import brings them back")
    if not app.settings.mailing.smtp and app.sink_folder.exists():
        show.progress(f"mails that the built-in sink caught are files in {app.sink_folder}; delete those yourself")
