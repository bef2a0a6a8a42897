"""Propose topics for a page: the words that several of its entries have in common, and not all of them.

Pure. A proposal is a start for the admin, who knows what readers want; each is one
phrase, so that its rule can be read at a glance. Words are compared by stem and
shown as they are written most often; a pair of words is proposed instead of its
words where these hardly occur alone. Scripts that are written without spaces are
left out: their words cannot be told apart here. Called by `tidings init URL`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names

from feeds.classify import file_under
from feeds.extraction.wordlist import listed
from state.dates import last_day
from state.records import Record, Topic
from state.text import clean, folded
from state.topics import RESERVED, RESERVED_STARTS
from state.words import cut, primary, spelling, stem, stemming, unspaced

MOST = 6  # topics that are proposed
MONTH = timedelta(days=30)
_SHARE = 0.5  # of the entries: a word that more of them have tells nothing
_LEAST = 0.35  # times the root of their number: fewer entries make no topic
_ALONE = 0.6  # a pair stands for a word that occurs so often in it
_PAIR = 2.5  # two words in a row say more than one
_IN_TITLE = 2.0  # a title says more than a summary
_NEW = 0.4  # of a phrase's entries no earlier proposal may cover

# Words that tie others together, in the languages we meet most; short words are left out anyway.
_TIES = frozenset(
    listed(
        "about above after again against along also among another around because been before being between both "
        "could does doing down during each even ever every from further have having here hers into itself just "
        "like made make many more most much must near next only other ours over same shall should since some still "
        "such than that their theirs them then there these they this those though through till today toward "
        "towards under until upon very well were what when where which while whom whose will with within without "
        "would your yours year years week weeks month months first second last latest news read says said page "
        "item items full view information available online aber alle allem allen aller alles auch beim bereits "
        "dass dein deine denn dich diese diesem diesen dieser dieses doch dort durch eine einem einen einer eines "
        "euch gegen habe haben hier ihre ihrem ihren ihrer jede jedem jeden jeder kann kein keine mehr mein meine "
        "mich nach neue neuen neuer nicht noch oder ohne sehr sein seine seit sich sind soll sollen über unter "
        "viel vom wann warum weil welche wenn werden wird wieder wurde wurden zwischen ainsi alors après aussi "
        "autre autres aux avant avec avoir cela celle celui cette ceux chez comme dans depuis des deux donc dont "
        "elle elles encore entre était être fait font leur leurs lors mais même nous nouveau nouvelle nouvelles "
        "parce plus pour quand quel quelle sans selon sera sont sous tous tout toute toutes très une vers voir "
        "vous votre ahora algo ante antes aquel aquí bajo cada como cual cuando desde donde dos durante ella ellos "
        "esta está este esto estos fue fueron hacia hasta hay las los más mientras muy nos nuestra nuestro nueva "
        "nuevo otra otro otros para pero poco por porque pues quien según ser sin sobre son también tiene todas "
        "todo todos tras una unas unos uno alla anche ancora come con contro dai dal dalla degli dei del della "
        "delle dello dopo fra gli hanno nei nel nella nelle non più può quale quando quella quello questa questo "
        "sono sulla tra tutti tutto ainda além até com das depois ela ele em essa esse foi mas mesmo muito nas não "
        "pela pelo pode quais qual seu sua seus suas também têm uma "
    )
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A topic with how many of the entries come under it."""

    topic: Topic
    entries: int


@dataclass(frozen=True, slots=True)
class Month:
    """What the last thirty days would have brought. entries: newest first; topics: those of each topic, by its id.

    newest: the last day any entry speaks of, "" where none has a date.
    """

    entries: tuple[Record, ...]
    topics: Mapping[str, tuple[Record, ...]]
    newest: str


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Stems of one word or of two in a row, with the entries they occur in."""

    stems: tuple[str, ...]
    entries: frozenset[int]
    weight: float


def propose(records: Sequence[Record], *, taken: Collection[str] = (), most: int = MOST) -> tuple[Proposal, ...]:
    """Topics for the entries of a page, the most telling first. taken: ids that are in use already."""
    chosen: list[_Phrase] = []
    covered: set[int] = set()
    for phrase in _candidates(records):
        fresh = phrase.entries - covered
        if len(fresh) >= _NEW * len(phrase.entries) and not any(_akin(phrase, other) for other in chosen):
            chosen.append(phrase)
            covered |= phrase.entries
        if len(chosen) == most:
            break
    return tuple(_proposals(chosen, records, set(taken)))


def _akin(one: _Phrase, other: _Phrase) -> bool:
    """Whether they share a word, or one that only goes on ("work", "worker")."""
    return any(a.startswith(b) or b.startswith(a) for a in one.stems for b in other.stems)


def kinds(records: Sequence[Record]) -> dict[str, int]:
    """How many entries are of which kind, the most frequent first; a subscription may ask for one (all?kind=report)."""
    return dict(Counter(record.kind for record in records if record.kind).most_common())


def last_month(records: Sequence[Record], topics: Sequence[Topic], now: datetime) -> Month:
    """The entries whose date may lie within the last thirty days, and which of them come under which topic."""
    since = (now - MONTH).date()
    dated = sorted(
        (record for record in records if record.date), key=lambda one: last_day(one.date or ""), reverse=True
    )
    recent = [record for record in dated if last_day(record.date or "") >= since]
    filed = [{name for name, _ in file_under(record, topics)} for record in recent]
    brought = {
        topic.id: tuple(record for record, names in zip(recent, filed, strict=True) if topic.id in names)
        for topic in topics
    }
    return Month(tuple(recent), brought, (dated[0].date or "") if dated else "")


# ---- candidates ----


def _candidates(records: Sequence[Record]) -> list[_Phrase]:
    """Words and pairs that enough entries have, heaviest first."""
    met: dict[tuple[str, ...], set[int]] = {}
    titled: dict[tuple[str, ...], set[int]] = {}
    for number, record in enumerate(records):
        for text, where in ((record.title or record.display_title, titled), (record.summary, met)):
            for stems, _ in _phrases(text, record.language):
                met.setdefault(stems, set()).add(number)
                where.setdefault(stems, set()).add(number)
    least, top = max(2 if len(records) < 15 else 3, round(_LEAST * len(records) ** 0.5)), _SHARE * len(records)
    fitting = {stems: found for stems, found in met.items() if least <= len(found) <= top}
    pairs = [stems for stems in fitting if len(stems) == 2]
    spoken_for = {(word,) for pair in pairs for word in pair if len(met[pair]) >= _ALONE * len(met[word,])}
    found = [
        _Phrase(stems, frozenset(numbers), _weight(stems, numbers, titled.get(stems, set())))
        for stems, numbers in fitting.items()
        if stems not in spoken_for
    ]
    return sorted(found, key=lambda phrase: (-phrase.weight, phrase.stems))


def _weight(stems: tuple[str, ...], entries: Collection[int], titles: Collection[int]) -> float:
    """Entries count, and twice where the title has it."""
    return (len(entries) + (_IN_TITLE - 1) * len(titles)) * (_PAIR if len(stems) == 2 else 1.0)


def _phrases(text: str, language: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Telling words and pairs of a text: stems, and how it is written."""
    before: tuple[str, str] | None = None
    for sentence in re.split(r"[.,;:!?()\[\]«»“”\"–—|]+\s|\s[–—|-]+\s", clean(text)):
        before = None
        for word in cut(sentence):
            if not _telling(word, language):
                before = None
                continue
            now = (stem(word, stemming(language)), word)
            yield (now[0],), word
            if before and before[0] != now[0]:
                yield (before[0], now[0]), f"{before[1]} {word}"
            before = now


def _telling(word: str, language: str) -> bool:
    plain = word.casefold()
    long = len(plain) > 3 or (len(plain) > 1 and word.isupper())
    named = plain in _TIES or plain in _calendar(primary(language)) or plain in _calendar("en")
    return long and not named and not unspaced(word) and not any(letter.isdigit() for letter in word)


@lru_cache(maxsize=16)
def _calendar(language: str) -> frozenset[str]:
    """Names of months and weekdays."""
    try:
        where = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return frozenset()
    names = [*get_month_names("wide", locale=where).values(), *get_day_names("wide", locale=where).values()]
    names += get_month_names("abbreviated", locale=where).values()
    return frozenset(name.casefold().strip(".") for name in names)


# ---- topics ----


def _proposals(chosen: Sequence[_Phrase], records: Sequence[Record], taken: set[str]) -> Iterator[Proposal]:
    written = _written(records, {phrase.stems for phrase in chosen})
    for number, phrase in enumerate(chosen, 1):
        words = written[phrase.stems]
        id = _id(words, number, taken)
        taken.add(id)
        rule = words if any(word.isupper() for word in words.split()) else words.casefold()
        topic = Topic(id, words[0].upper() + words[1:], any=(rule,))
        found = sum(bool(file_under(record, [topic])) for record in records)
        if found:
            yield Proposal(topic, found)


def _written(records: Sequence[Record], wanted: set[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """How each phrase is written most often."""
    forms: dict[tuple[str, ...], Counter[str]] = {stems: Counter() for stems in wanted}
    for record in records:
        for text in (record.title or record.display_title, record.summary):
            for stems, words in _phrases(text, record.language):
                if stems in forms:
                    shown = " ".join(word if word.isupper() else word.casefold() for word in words.split())
                    forms[stems][shown] += 1
    return {stems: max(found, key=lambda words: (found[words], words)) for stems, found in forms.items()}


def _id(words: str, number: int, taken: Collection[str]) -> str:
    """A topic's id from its words; "topic-3" where they are of another script."""
    letters = folded(spelling(words, "")).encode("ascii", "ignore").decode()
    id = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:40].strip("-") or f"topic-{number}"
    if id in RESERVED or id.startswith(RESERVED_STARTS):
        id = f"on-{id}"
    names = (id if turn == 1 else f"{id}-{turn}" for turn in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
