"""Languages of documents and entries: what is said, what the script says, small words, and the classifier last."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from feeds.children import Document
from feeds.extraction import extract, languages
from state.records import Extraction

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://harbour.example/news"
SENTENCES = {
    "en": "The harbour gets a new crane, and it is the largest of all that were built for this coast",
    "fr": "Le port reçoit une nouvelle grue pour les navires, et elle est la plus grande de toute la côte",
    "de": "Der Hafen bekommt einen neuen Kran, und er ist der größte, den es auf dieser Küste gibt",
    "es": "El puerto tendrá una grúa nueva para los barcos, que es la más grande de toda la costa",
    "pt": "O porto vai ter um novo guindaste para os navios, que é o maior da costa e não para",
    "it": "Il porto avrà una nuova gru per le navi, che è la più grande della costa e del mare",
    "nl": "De haven krijgt een nieuwe kraan voor de schepen, en het is de grootste van deze kust",
    "vi": "Cảng có một cần cẩu mới và đây là cần cẩu lớn nhất của các cảng trong vùng",
    "ru": "Порт получил новый кран, и он не из тех, что были на этом берегу до войны",
    "ar": "حصل الميناء على رافعة جديدة من أكبر الرافعات في هذا الساحل التي بنيت بعد الحرب",
    "lt": "Uostas gaus naują kraną dideliems laivams, sakė transporto ministras antradienį",
    "sw": "Bandari itapata kreni mpya kwa ajili ya meli kubwa zinazotoka mbali, asema waziri",
    "km": "កំពង់ផែនឹងទទួលបានស្ទូចថ្មីសម្រាប់នាវាធំៗ",
    "th": "ท่าเรือจะได้รับเครนใหม่สำหรับเรือขนาดใหญ่",
    "ja": "港に大きな船のための新しいクレーンが来る",
}


def read(body: str, **more: str) -> Extraction:
    found = extract(Document(URL, body.encode(), **more), NOW)  # type: ignore[arg-type]
    assert isinstance(found, Extraction)
    return found


def page(rows: list[str], lang: str) -> str:
    said = f' lang="{lang}"' if lang else ""
    items = "".join(f'<li><a href="/n/{n}">{row}</a> <span>{n + 1}.05.2026</span></li>' for n, row in enumerate(rows))
    return f"<!DOCTYPE html><html{said}><body><main><ul>{items}</ul></main></body></html>"


@pytest.mark.parametrize(("language", "text"), SENTENCES.items(), ids=SENTENCES)
def test_a_sentence_tells_its_language(language: str, text: str) -> None:
    assert languages.of_text(text) == language


@pytest.mark.parametrize("text", ["", "2026", "WISH II", "Annual 2019", "…", "12 % – 14 %"])
def test_what_is_too_short_tells_nothing(text: str) -> None:
    assert languages.of_text(text) == ""


def test_a_text_document_without_a_hint_is_of_the_language_it_is_in() -> None:
    found = read(f"1. Press release\nCrane\n08 May 2026, EASTPORT\n{SENTENCES['en']}.\n\n2. Fog\n{SENTENCES['en']}.\n")
    assert found.language == "en"
    assert {record.language for record in found.records} == {"en"}


def test_months_of_a_text_are_read_in_the_language_that_its_words_tell() -> None:
    found = read(f"1. La grue\n8 août 2026\n{SENTENCES['fr']}.\n\n2. Le brouillard\n7 août 2026\n{SENTENCES['fr']}.\n")
    assert (found.language, [record.date for record in found.records]) == ("fr", ["2026-08-08", "2026-08-07"])


def test_short_titles_keep_the_language_of_their_page() -> None:
    rows = ["Fog on the pier", "Rapport 2026 de la mission", "Café reopens", "EASTPORT: le pont"]
    assert [record.language for record in read(page(rows, "en-GB")).records] == ["en-GB"] * 4


def test_an_entry_that_is_clearly_in_another_language_says_so() -> None:
    rows = [SENTENCES["en"], SENTENCES["fr"], SENTENCES["km"], SENTENCES["ru"], SENTENCES["de"]]
    assert [record.language for record in read(page(rows, "en")).records] == ["en", "fr", "km", "ru", "de"]


def test_latin_titles_of_a_khmer_page_are_not_khmer() -> None:
    rows = [SENTENCES["km"], SENTENCES["en"], SENTENCES["lt"], "WISH II"]
    assert [record.language for record in read(page(rows, "km")).records] == ["km", "en", "lt", "km"]


def test_a_page_that_does_not_say_its_language_is_of_that_of_its_text() -> None:
    found = read(page([f"{SENTENCES['it']} {n}" for n in range(4)], ""))
    assert (found.language, found.records[0].language) == ("it", "it")


@pytest.mark.parametrize("said", ["en", ""])
def test_the_classifier_is_not_loaded_where_words_or_the_page_tell(said: str) -> None:
    """In a process of its own: other tests have loaded it here."""
    program = (
        "import sys; from datetime import UTC, datetime; from feeds.children import Document; from feeds.extraction "
        f"import extract; found = extract(Document({URL!r}, {page([SENTENCES['en']] * 3, said)!r}.encode()), "
        "datetime(2026, 5, 20, tzinfo=UTC)); assert found.language == 'en'; sys.exit('py3langid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
