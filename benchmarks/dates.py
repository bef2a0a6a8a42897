"""Texts a second through the date engine: without a number, with numbers but no date, and with a date.

Beside each figure stands the rate of a fixed loop that was timed in turn with it: on a loaded machine compare the
ratios. The goal on a quiet core: 100,000 a second without a date, 20,000 with one.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.timing import pair
from feeds.extraction import dates
from feeds.extraction.datevalues import Setting

_NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
_TEXTS: dict[str, Sequence[str]] = {
    "no number": (
        "Ferries return to the northern islands",
        "Read more",
        "The harbour office and the fishers' union agreed on Monday that boats under ten metres need no permit.",
        "Les pêcheurs du nord retrouvent leurs quais",
        "Новая пристань открыта",
        "សេចក្តីជូនដំណឹង",
        "新的码头开放",
    ),
    "numbers, no date": (
        "12 new ferries for 3 islands",
        "Decision No. 5/2006 on the harbour dues",
        "Page 2 of 12",
        "Convention No. 182 (1999) on the hours of night work was signed by 16 of 27 members of the council",
        "Download (PDF, 2.5 MB)",
        "Agenda 2030: 17 goals for the coast",
        "+855 23 12 05 06",
        "Harbour tax rises by 12.5 per cent for boats over 20 metres",
    ),
    "a date": (
        "8 May 2006",
        "Monday, 8 May 2006, 10:30",
        "2006-05-08T10:20:30+07:00",
        "13/04/2006",
        "Published on 8 May 2006 in Harbour news",
        "8. Mai 2006",
        "17 февраля 2016",
        "2006年5月8日",
        "ថ្ងៃទី៨ ខែឧសភា ឆ្នាំ២០០៦",
        "8 พ.ค. 2549",
        "3 days ago",
    ),
}


def run() -> None:
    """Print one line for each sort of text."""
    for name, texts in _TEXTS.items():

        def ours(texts: Sequence[str] = texts) -> None:
            setting = Setting(_NOW, ("en",), "dmy")  # a new one: it remembers what was found
            for text in texts:
                dates.find(text, setting)

        mine, loop, ratio = pair(ours, _reference, rounds=3)
        print(
            f"{name:17} {mine * len(texts):9,.0f} texts/s   {ratio * len(texts):6.1f} texts a turn of the fixed loop"
            f" ({loop:,.0f} turns/s)"
        )


def _reference() -> int:
    """A fixed amount of plain work: what a turn of it costs tells how fast the machine is just now."""
    total = 0
    for number in range(2_000):
        total += number * number % 7
    return total


if __name__ == "__main__":
    run()
