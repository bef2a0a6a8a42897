"""Tell the language of a document and of its entries: by script, by small words, and last by a classifier.

Pure. What the document says of itself stands, unless an entry's text contradicts it: letters of another script, or
many small words of another language and none of the one that was said. The classifier (py3langid) costs a second and
a hundred megabytes, so that it is loaded only where a text of some length has neither a language said nor small
words that tell. Short titles keep the language of their page. Called by `feeds.extraction.reading` and `page`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from feeds.extraction import scripts
from feeds.extraction.wordlist import listed
from state.records import Extraction, Record

_SMALL: Mapping[str, frozenset[str]] = {
    language: frozenset(listed(words))
    for language, words in {
        "en": "the of and to in for on with is are by from at that this has was were be it its an as their have will",
        "fr": "le la les des du et une dans pour sur au aux est par avec ce cette qui que en son ses ont été plus",
        "de": "der die das und den von mit für ist auf im des zum zur bei ein eine dem wird sich nicht auch einer",
        "es": "el la los las de del y en para con por una que se al su sus ha como más lo un este esta",
        "pt": "o a os as do da dos das em no na para com uma que ao e um não mais pelo pela sua são foi",
        "it": "il la di del della dei delle e in per con una che al alla nel sono gli un ha da i lo più è",
        "ca": "el la els les de del i en per amb una que al dels és un a ha més als seva",
        "nl": "de het een van en in voor met op is dat bij zijn aan te door wordt niet naar ook om heeft",
        "sv": "och att det en ett för med på av som är den till i har från om inte ska",
        "da": "og at det en et for med på af som er den til i har fra om ikke der skal",
        "nb": "og at det en et for med på av som er den til i har fra om ikke der skal",
        "fi": "ja on ei se että ovat oli sekä myös tai kun mutta",
        "pl": "i w na z do się że jest dla oraz przez od nie po są o ze",
        "cs": "a v na se je že do pro ve z o k by pod při jsou také",
        "hu": "a az és hogy egy nem is van meg el ki volt",
        "ro": "și în de la cu pe din pentru că este a al ale o un care mai sunt",
        "tr": "ve bir bu için ile de da olarak olan en çok daha sonra",
        "id": "dan di yang untuk dengan dari pada ini dalam ke oleh akan tidak adalah",
        "vi": "và của các trong cho là được với có không tại những một về đã",
        "ru": "и в на с по для не что к из о от за при был как",
        "uk": "і в на з та для що до від у про не за який як",
        "bg": "и в на за от се да с по е не са при който",
        "ar": "في من على إلى عن أن التي مع هذا هذه الذي بعد",
        "fa": "در از به که این را با است و برای شد های می",
    }.items()
}
_HOLDERS = {
    word: tuple(language for language, small in _SMALL.items() if word in small)
    for words in _SMALL.values()
    for word in words
}
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 4_000  # characters looked at
_TELLING = 2.0  # weight of small words that tell a language
_CLEAR = 1.6  # how far it must be ahead of the next
_OTHER = 3.0  # weight of small words that contradict what the document says
_ENOUGH = 18  # letters the classifier is asked about
_MANY = 40  # letters
_SURE, _SURE_OF_FEW = 0.6, 0.8  # of 1: below, its answer is not taken
_FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("latin", re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
    ("cyrillic", re.compile("[\u0400-\u052f]")),
    ("arabic", re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")),
)
_NOT_LATIN: Mapping[str, str] = {
    **dict.fromkeys(listed("ru uk bg mk be kk ky mn tg"), "cyrillic"),
    **dict.fromkeys(listed("ar fa ur ps ug sd ckb"), "arabic"),
    **dict.fromkeys(listed("km th lo my he el ko ja zh bn ta te ka hy am si bo gu pa hi ne mr yi"), "own"),
}
_TWO_SCRIPTS = frozenset(listed("sr bs az uz ku ms"))


def of_text(text: str) -> str:
    """The language of a text of some length; "" where nothing tells it."""
    text = text[:_LONGEST]
    return scripts.language(text) or by_words(text) or classified(text)


def told(found: Extraction) -> Extraction:
    """The extraction with a language for the document and for each entry, where they can be told."""
    texts = [f"{record.title} {record.summary}" for record in found.records]
    spoken = found.language or of_text(" ".join(texts))
    records = tuple(_spoken(record, text, spoken) for record, text in zip(found.records, texts, strict=True))
    if spoken == found.language and all(one is other for one, other in zip(records, found.records, strict=True)):
        return found
    return replace(found, language=spoken, records=records)


def _spoken(record: Record, text: str, document: str) -> Record:
    said = record.language or document
    language = _checked(text, said) if text.strip() else said
    return record if language == record.language else replace(record, language=language)


def _checked(text: str, said: str) -> str:
    """What was said of a text, or the language it is in where it contradicts that."""
    if scripts.language(text):
        return said  # of a script that belongs to one language: that was seen when the entry was read
    own, family = said.split("-")[0].lower(), _family(text)
    if not family:
        return said
    if own and own not in _TWO_SCRIPTS and _NOT_LATIN.get(own, "latin") != family:
        return by_words(text) or classified(text) or said
    if not own:
        return by_words(text) or classified(text)
    weights = _weights(text)
    if not weights or own not in _SMALL:
        return said
    best = max(weights, key=lambda language: weights[language])
    clear = weights[best] >= _OTHER and weights[best] >= 4 * weights.get(own, 0.0)
    ahead = all(weights[best] >= _CLEAR * weight for other, weight in weights.items() if other != best)
    return best if best != own and clear and ahead else said


def by_words(text: str) -> str:
    """The language whose small words a text has, or "" where there are few, or those of several languages."""
    weights = sorted(_weights(text).items(), key=lambda pair: -pair[1])
    if not weights or weights[0][1] < _TELLING:
        return ""
    return weights[0][0] if len(weights) == 1 or weights[0][1] >= _CLEAR * weights[1][1] else ""


def _weights(text: str) -> dict[str, float]:
    """For each language the weight of its small words in a text: those of several languages count less."""
    weights: dict[str, float] = {}
    said = [word for word in _WORD.findall(text[:_LONGEST].lower()) if word in _HOLDERS]
    for word, count in Counter(said).items() if said else ():
        for language in _HOLDERS[word]:
            weights[language] = weights.get(language, 0.0) + min(count, 5) / len(_HOLDERS[word])
    return weights


def _family(text: str) -> str:
    """The script most letters of a text are of, among those of many languages; "" where it is another."""
    if text.isascii():
        return "latin" if _FAMILIES[0][1].search(text) else ""
    letters = sum(sign.isalpha() for sign in text) or 1
    return next((name for name, signs in _FAMILIES if len(signs.findall(text)) > 0.6 * letters), "")


def classified(text: str) -> str:
    """The classifier's answer, or "" where the text is short or the answer not sure."""
    text = text[:_LONGEST]
    letters = sum(sign.isalpha() for sign in text)
    if letters < _ENOUGH:
        return ""
    language, sure = _classifier().classify(text)
    return str(language) if sure >= (_SURE if letters >= _MANY else _SURE_OF_FEW) else ""


@lru_cache(maxsize=1)
def _classifier() -> Any:
    """Loaded when it is first needed: most documents say what they are."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
