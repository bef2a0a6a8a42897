"""How much mail to expect, in words that claim no more than an estimate can."""

from templates.wording import Say

_WEEKS_A_MONTH = 4.35


def mails(say: Say, a_week: float) -> str:
    """ "about 5 mails a week", "about 2 mails a month", "a mail now and then". a_week: mails."""
    if a_week >= 0.75:
        return say.count("about %(n)s mail a week", "about %(n)s mails a week", round(a_week))
    a_month = a_week * _WEEKS_A_MONTH
    if a_month >= 0.75:
        return say.count("about %(n)s mail a month", "about %(n)s mails a month", round(a_month))
    return say("a mail now and then") if a_week else say("nothing lately")


def entries(say: Say, a_week: float) -> str:
    """The same of entries: "about 5 new a week"."""
    if a_week >= 0.75:
        return say.count("about %(n)s new a week", "about %(n)s new a week", round(a_week))
    a_month = a_week * _WEEKS_A_MONTH
    if a_month >= 0.75:
        return say.count("about %(n)s new a month", "about %(n)s new a month", round(a_month))
    return say("something new now and then") if a_week else say("nothing new lately")
