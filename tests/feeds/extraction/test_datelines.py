"""Places of datelines, and what stands in the same spot and is none."""

from datetime import UTC, datetime

import pytest

from feeds.children import Document
from feeds.extraction import datelines, extract
from feeds.extraction.datevalues import Setting
from feeds.extraction.wordlist import listed
from state.records import Extraction

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
SETTING = Setting(NOW, ("en", "fr", "de", "es"))


@pytest.mark.parametrize(
    "text",
    listed(
        """
        PHNOM PENH|Phnom Penh|GENEVA|Geneva|New York|Rio de Janeiro|Dar es Salaam|Port-au-Prince|Washington, D.C.
        |São Paulo|Genève|København|Kraków|Nuku'alofa|N’Djamena|Ho Chi Minh City|Hanoi, Viet Nam|Hà Nội|Thành phố Huế
        |Москва|Київ|Αθήνα|القاهرة|עמאן|תל אביב|تهران|ភ្នំពេញ|រាជធានីភ្នំពេញ|กรุงเทพมหานคร|ວຽງຈັນ|ရန်ကုန်|北京|東京|서울
        |West Bank|Frankfurt am Main|The Hague|St. Petersburg|Geneva (Switzerland)|Bandar Seri Begawan|नई दिल्ली|ঢাকা
        """,
        "|",
    ),
)
def test_a_place_is_a_place_in_every_script(text: str) -> None:
    assert datelines.is_place(text)


@pytest.mark.parametrize(
    "text",
    listed(
        """
        Dr Sok Chan|Mr. John Reed|By Anna Smith|Prof. Anna Smith|Minister of Ports|Director Anna Smith|Press release
        |Ministry of Ports|Port Authority|Harbour Workers Union|Department of Fisheries|Editor|Admin
        |National University|Ministère des Ports|Universidad de Lima
        |Министерство портов|وزارة العمل|السيد علي|משרד הנמלים
        |กระทรวงแรงงาน|นายสมชาย|ក្រសួងការងារ|លោក សុខ ចាន់|记者 王
        |교통위원회|Read more|Photo|Views|Source|Monday|May|12 Geneva
        |the ferries are back|Boats that were lost in the storm came home again|a|Geneva: the port
        """,
        "|",
    ),
)
def test_a_person_an_office_or_a_heading_is_no_place(text: str) -> None:
    assert not datelines.is_place(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("GENEVA (Port News) – The board met.", "GENEVA"),
        ("EASTHAVEN (Port News) - The board met.", "EASTHAVEN"),
        ("Geneva (Coast Agency) — The board met.", "Geneva"),
        ("(Bangkok) Officials met.", "Bangkok"),
        ("(Bangkok, May 3, 2024) – Officials met.", "Bangkok"),
        ("HANOI, Viet Nam — The board met.", "HANOI, Viet Nam"),
        ("BATTAMBANG, Cambodia – The board met.", "BATTAMBANG, Cambodia"),
        ("AUSTIN, Texas — The board met.", "AUSTIN, Texas"),
        ("WASHINGTON, D.C. – The bank lent.", "WASHINGTON, D.C."),
        ("WASHINGTON, March 3 (AP) - The bank lent.", "WASHINGTON"),
        ("PARIS, le 3 mars – Le conseil se réunit.", "PARIS"),
        ("Paris, le 3 mars 2020. Le conseil se réunit.", "Paris"),
        ("EASTHAVEN, 8 May 2019 - The crane works.", "EASTHAVEN"),
        ("MADRID, 3 mar (EFE).- El consejo se reúne.", "MADRID"),
        ("Genf – Der Rat tagt.", "Genf"),
        ("BANGKOK--The board met.", "BANGKOK"),
        ("PHNOM PENH – “We met”, said the board.", "PHNOM PENH"),
    ],
)
def test_prose_may_begin_with_its_place(text: str, place: str) -> None:
    found = datelines.opening(text, SETTING)
    assert found is not None
    assert found.place == place


@pytest.mark.parametrize(
    "text",
    listed(
        """
        NEW – The report is out.|UPDATE: The date has moved.|UPDATE – The date has moved.|BREAKING – Ferries stop.
        |VIDEO – How a lock works.|ILO – The office met.|WHO – The body met.|COVID-19 – The body met.
        |(Reuters) - The bank lent.|(Update) The bank lent.|(AP) The bank lent.|(NEW) The bank lent.
        |(Westport) The town no list knows.|JOHN SMITH – The minister spoke.|SMITH, John – The minister spoke.
        |MINISTRY OF PORTS – The minister spoke.|KEY FINDINGS – Wages rose.|Ferries – A history.
        |Cambodia – Country profile.|World Health Organization (WHO) – The body met.
        |Anna Rey (harbour master) – The mast fell.|ANNA REY, 45 – The captain came.|Harbour 2020 – The plan.
        |ANNUAL MEETING, 12 May 2020 – The members meet.|Workshop, 3 March 2020 – Register now.
        |DEADLINE, 3 March 2020 – Register now.|Monday, 3 March 2020 – Register now.|London: The mayor spoke.
        |Published on 3 March 2020 – Register now.|PRESS RELEASE – The board met.|Geneva – where the talks are held.
        |Geneva-based boards met.|The board met in GENEVA – It was late.|GENEVA||–|()|EASTER – The pier is closed.
        """,
        "|",
    ),
)
def test_people_offices_and_headings_before_a_dash_are_no_place(text: str) -> None:
    assert datelines.opening(text, SETTING) is None


def test_a_date_beside_the_place_is_given_with_its_precision() -> None:
    found = datelines.opening("PARIS, le 3 mars – Le conseil se réunit.", SETTING)
    assert found is not None
    assert found.day is not None
    assert (found.day.year, found.day.month, found.day.day) == (None, 3, 3)


@pytest.mark.parametrize(
    ("text", "date", "place"),
    [
        ("08 May 2006, PHNOM PENH", "2006-05-08", "PHNOM PENH"),
        ("BRÉVILLE, le 8 mai 2019", "2019-05-08", "BRÉVILLE"),
        ("Geneva, 8 May 2019", "2019-05-08", "Geneva"),
        ("8 May 2019", "2019-05-08", ""),
        ("(8 May 2019)", "2019-05-08", ""),
    ],
)
def test_a_line_may_be_a_date_with_its_place(text: str, date: str, place: str) -> None:
    found = datelines.line(text, SETTING)
    assert found is not None
    assert (found[0].date, found[1]) == (date, place)


@pytest.mark.parametrize(
    "text", ["Annual Meeting, 12 May 2020", "The boat, 12 May 2020", "8 May", "12 May 2020, a new boat came", "GENEVA"]
)
def test_a_line_that_says_more_than_date_and_place_is_no_dateline(text: str) -> None:
    assert datelines.line(text, SETTING) is None


def test_under_the_title_of_a_publication_any_place_is_believed() -> None:
    assert datelines.line("Easthaven, 14 January 2015", SETTING) is None
    found = datelines.letterhead("Easthaven, 14 January 2015", SETTING)
    assert found is not None
    assert (found[0].date, found[1]) == ("2015-01-14", "Easthaven")


def test_the_place_at_the_beginning_of_a_summary_is_read_on_pages_too() -> None:
    openings = ["GENEVA (Port News) – The board", "(Bangkok) The board", "NEW – The board"]
    rows = "".join(
        f'<li><h3><a href="/{n}">A title of some length, number {n}</a></h3><p>{n + 1} May 2019</p><p>{said} has '
        "decided to build another pier in the north of the island.</p></li>"
        for n, said in enumerate(openings)
    )
    page = Document("https://harbour.example/", f"<!DOCTYPE html><main><ul>{rows}</ul></main>".encode())
    found = extract(page, NOW)
    assert isinstance(found, Extraction)
    assert [record.place for record in found.records] == ["GENEVA", "Bangkok", ""]
