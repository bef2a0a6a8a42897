"""Link texts that only say what file is behind them, and titles that look a little like that."""

import pytest

from feeds.extraction.filelabels import is_file_label


@pytest.mark.parametrize(
    "text",
    [
        "PDF (1.2 MB)",
        "PDF",
        "[pdf, 340 KB]",
        "Download",
        "Download PDF",
        "View",
        "English",
        "English version",
        "FR",
        "Español (PDF)",
        "Télécharger (PDF, 1,2 Mo)",
        "Herunterladen",
        "Full text (DOCX)",
        "ភាសាខ្មែរ",
    ],
)
def test_a_label_of_a_file_is_no_title(text: str) -> None:
    assert is_file_label(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "Download figures rise again",
        "English lessons for sailors",
        "Annual report 2026 (PDF)",
        "Files lost in the flood",
        "The new page",
        "Summary",
        "A view of the harbour",
    ],
)
def test_a_title_is_no_label(text: str) -> None:
    assert not is_file_label(text)
