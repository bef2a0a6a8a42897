"""Tell whether a name is a city or a country that is widely known, for datelines that nothing else proves.

Pure. Called by `feeds.extraction.datelines`. The cities are those that the world's time zones are named after, in the
languages of the source (CLDR), with the capitals and seats of institutions that no zone is named after. A name that is
not here may well be a place: this is evidence for one, never against.
"""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from feeds.extraction.wordlist import listed
from feeds.extraction.words import bare

_CONTINENTS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
# Names of zones that mean something else at the beginning of a text.
_ALSO_WORDS = frozenset(("easter", "midway", "wake", "center", "north", "south", "west", "reunion", "nome", "act"))
_MORE = frozenset(
    bare(name)
    for name in listed(
        """
        Geneva | Genève | Genf | Ginebra | Ginevra | Genebra | New York | Washington | The Hague | La Haye | Den Haag
        | Strasbourg | Straßburg | Estrasburgo | Bonn | Frankfurt | Hamburg | Munich | München | Cologne | Köln
        | Leipzig | Dresden | Bern | Berne | Basel | Lausanne | Lyon | Marseille | Toulouse | Bordeaux | Lille | Nantes
        | Barcelona | Seville | Sevilla | Bilbao | Porto | Milan | Milano | Turin | Torino | Naples | Napoli | Florence
        | Venice | Venezia | Antwerp | Rotterdam | Gdansk | Gdańsk | Krakow | Kraków | Brno | Cluj | Kharkiv | Lviv
        | Odesa | Saint Petersburg | St. Petersburg | Kazan | Edinburgh | Glasgow | Manchester | Liverpool | Cardiff
        | Cork | Ankara | New Delhi | Delhi | Mumbai | Chennai | Bangalore | Bengaluru | Hyderabad | Islamabad | Lahore
        | Peshawar | Beijing | Pékin | Pekín | Peking | Guangzhou | Shenzhen | Nanjing | Osaka | Kyoto | Busan | Hanoi
        | Ha Noi | Hà Nội | Ho Chi Minh City | Da Nang | Hue | Haiphong | Can Tho | Phnom Penh | Siem Reap | Battambang
        | Sihanoukville | Kampong Cham | Vientiane | Luang Prabang | Savannakhet | Yangon | Naypyidaw | Nay Pyi Taw
        | Mandalay | Bangkok | Chiang Mai | Phuket | Kuala Lumpur | Penang | Putrajaya | Surabaya | Bandung | Medan
        | Yogyakarta | Denpasar | Manila | Cebu | Davao | Quezon City | Bandar Seri Begawan | Dili | Canberra
        | Wellington | Port Moresby | Abu Dhabi | Doha | Sana'a | Aden | Mosul | Basra | Erbil | Aleppo | Jerusalem
        | Tel Aviv | Ramallah | Mashhad | Isfahan | Jeddah | Mecca | Rabat | Alexandria | Yaoundé | Yaounde | Abuja
        | Kano | Dodoma | Pretoria | Cape Town | Durban | Goma | Bukavu | Mombasa | Brasilia | Brasília | Rio de Janeiro
        | Salvador | Recife | Belo Horizonte | Porto Alegre | Curitiba | Cordoba | Córdoba | Rosario | Quito | Medellín
        | Cali | Cartagena | Cusco | Arequipa | Sucre | Valparaíso | Guadalajara | Puebla | San Salvador | San José
        | Ottawa | Montreal | Montréal | Quebec | Québec | Calgary | Boston | Philadelphia | San Francisco | Seattle
        | Houston | Dallas | Miami | Atlanta | Baltimore | San Diego | Las Vegas | New Orleans | Pittsburgh | Brussels
        | Bruxelles | Brüssel | Luxembourg | Davos | Nairobi | Addis Ababa | Addis Abeba | Port-au-Prince | Kyiv | Kiev
        """,
        "|",
    )
)
_STATES = frozenset(
    bare(name)
    for name in listed(
        """
        D.C. | Ala. | Alaska | Ariz. | Ark. | Calif. | Colo. | Conn. | Del. | Fla. | Ga. | Hawaii | Ill. | Ind. | Iowa
        | Kan. | Ky. | La. | Maine | Md. | Mass. | Mich. | Minn. | Miss. | Mo. | Mont. | N.C. | N.D. | N.H. | N.J. |
        N.M. | N.Y. | Neb. | Nev. | Ohio | Okla. | Ore. | Pa. | R.I. | S.C. | S.D. | Tenn. | Texas | Utah | Va. | Vt.
        | W.Va. | Wash. | Wis. | Wyo. | Alabama | Arizona | California | Colorado | Connecticut | Florida | Georgia |
        Illinois | Indiana | Kansas | Kentucky | Louisiana | Maryland | Massachusetts | Michigan | Minnesota |
        Missouri | Montana | Nebraska | Nevada | New Jersey | New Mexico | Oklahoma | Oregon | Pennsylvania |
        Tennessee | Vermont | Virginia | Wisconsin | Wyoming | Ontario | Alberta | British Columbia | Nova Scotia |
        Manitoba | Queensland | Victoria | New South Wales | Tasmania | England | Scotland | Wales | Northern Ireland
        | UK | U.K. | USA | U.S. | DRC | Viet Nam | Lao PDR | Türkiye | Burma | Kashmir | Punjab | Kerala | Tamil Nadu
        | Gaza | West Bank
        """,
        "|",
    )
)


def is_city(name: str, languages: tuple[str, ...]) -> bool:
    """Whether a name is that of a city widely known, as it is written in English or one of the languages."""
    small = bare(name)
    return small in _MORE or any(small in _cities(language) for language in ("en", *languages))


def is_region(name: str, languages: tuple[str, ...]) -> bool:
    """Whether a name is that of a country, or of a state such as stands behind a city: "Viet Nam", "Texas"."""
    small = bare(name)
    return small in _STATES or any(small in _countries(language) for language in ("en", *languages))


@lru_cache(maxsize=64)
def _cities(language: str) -> frozenset[str]:
    try:
        named = Locale.parse(language, sep="-").time_zones
    except (ValueError, UnknownLocaleError):
        return frozenset()
    found: set[str] = set()
    for zone in get_global("zone_territories"):
        continent, _, city = zone.partition("/")
        if continent in _CONTINENTS and "/" not in city:
            own = named[zone].get("city", "") if zone in named else ""
            found |= {bare(own), bare(city.replace("_", " "))} if language == "en" else {bare(own)}
    return frozenset(found) - _ALSO_WORDS - {""}


@lru_cache(maxsize=64)
def _countries(language: str) -> frozenset[str]:
    try:
        named = Locale.parse(language, sep="-").territories
    except (ValueError, UnknownLocaleError):
        return frozenset()
    return frozenset(bare(name) for code, name in named.items() if len(code) == 2 and code.isalpha())
