"""The names that CLDR has for the countries of the world, for when the admin gave none.

Pure; Babel's data, read once per language when first asked for. Used by
`feeds.classify`. Names only, no places: CLDR knows no capitals. What it writes in
one line ("Myanmar (Burma)", "Trinidad & Tobago") is told apart here.
"""

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from state.records import Country

_COUNTRY = re.compile(r"[A-Z]{2}")
_ASIDE = re.compile(r"\s*[(（]([^)）]+)[)）]")
# What CLDR lists beside the countries: unions, outlying and pseudo territories.
_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
# How United Nations documents name those that CLDR calls otherwise in English.
_FORMAL = {
    "BN": ("Brunei Darussalam",),
    "CD": ("DR Congo", "Democratic Republic of the Congo"),
    "CG": ("Republic of the Congo",),
    "CI": ("Cote d'Ivoire", "Ivory Coast"),
    "CV": ("Cabo Verde",),
    "CZ": ("Czech Republic",),
    "FM": ("Federated States of Micronesia",),
    "GB": ("UK", "Great Britain"),
    "KP": ("Democratic People's Republic of Korea", "DPRK"),
    "KR": ("Republic of Korea",),
    "LA": ("Lao PDR", "Lao People's Democratic Republic"),
    "MD": ("Republic of Moldova",),
    "PS": ("Palestine", "Occupied Palestinian Territory"),
    "RU": ("Russian Federation",),
    "SY": ("Syrian Arab Republic",),
    "TL": ("East Timor",),
    "TR": ("Turkey",),
    "TZ": ("United Republic of Tanzania",),
    "US": ("=USA", "United States of America"),
    "VN": ("Viet Nam",),
}


@lru_cache(16)
def territories(language: str) -> tuple[Country, ...]:
    """Every country with its names in a language (BCP 47 primary) and in English, by code."""
    english = _names("en")
    own = _names(language) if language != "en" else {}
    return tuple(
        Country(code, tuple(dict.fromkeys((*own.get(code, ()), *english[code], *_FORMAL.get(code, ())))))
        for code in sorted(english)
    )


def _names(language: str) -> dict[str, tuple[str, ...]]:
    """Names by code; empty for a language that CLDR does not know."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return {}
    joined = locale.list_patterns.get("standard", {}).get("2", "{0} & {1}")
    return {
        code: tuple(_forms(name, str(joined)))
        for code, name in locale.territories.items()
        if _COUNTRY.fullmatch(code) and code not in _NO_COUNTRY
    }


def _forms(name: str, joined: str) -> list[str]:
    aside = _ASIDE.search(name)
    forms = [_ASIDE.sub("", name), *([aside[1]] if aside else [])]
    for form in tuple(forms):
        first, also, second = form.partition(" & ")
        if also:
            forms.append(joined.format(first, second))
    return forms
