"""Write the mail that asks whether somebody really wants this: what, how often, and one button.

Rendered once, when it is asked for, and kept as the payload of its outbox row,
so that what was confirmed is what was written. Pure: values in, a letter out.
"""

from collections.abc import Mapping, Sequence

from mail.message import Letter
from state.records import Entry, Every, Site, Subscriber, Topic
from templates import links
from templates.inline import inlined
from templates.render import render
from templates.wording import expression_title, how_often, words


def compose(
    person: Subscriber,
    wishes: Sequence[tuple[str, Every]],
    *,
    token: str,
    topics: Mapping[str, Topic],
    sample: Sequence[Entry],
    days: int,
    site: Site,
) -> Letter:
    """The confirmation mail.

    wishes: topic expressions and how often. sample: entries of the last days, newest
    first. days: how long the link works.
    """
    say = words(person.language)
    wanted = [(expression_title(topic, topics, person.language), _often(person, every)) for topic, every in wishes]
    values = {
        "say": say,
        "site": site,
        "email": person.email,
        "wanted": wanted,
        "url": links.confirm(site, token),
        "sample": [(entry.title, entry.record.language) for entry in sample],
        "days": days,
    }
    subject = say("Please confirm: news from %(site)s by mail", site=site.title)
    html = inlined(render("mail/confirm.html", subject=subject, **values))
    return Letter(subject, render("mail/confirm.txt", **values), html, say.language, tuple(wishes))


def compose_known(
    person: Subscriber,
    have: Sequence[tuple[str, Every]],
    *,
    token: str,
    topics: Mapping[str, Topic],
    site: Site,
) -> Letter:
    """The mail to somebody who has what was asked for already. have: as wishes; token: of their preferences."""
    say = words(person.language)
    values = {
        "say": say,
        "site": site,
        "email": person.email,
        "wanted": [(expression_title(topic, topics, person.language), _often(person, every)) for topic, every in have],
        "url": links.preferences(site, token),
    }
    subject = say("You get news from %(site)s already.", site=site.title)
    html = inlined(render("mail/known.html", subject=subject, **values))
    return Letter(subject, render("mail/known.txt", **values), html, say.language)


def _often(person: Subscriber, every: Every) -> str:
    return how_often(
        person.language,
        every,
        at=person.at,
        weekday=person.weekday,
        monthday=person.monthday,
        timezone=person.timezone,
    )
