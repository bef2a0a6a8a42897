"""docs/tutorial.md: every command, in order, against the sample site, and what the page says it prints."""

import re

from tests.docs.conftest import Reader
from tests.docs.pages import ROOT, blocks

TUTORIAL = ROOT / "docs" / "tutorial.md"
OURS = re.compile(r"http://127\.0\.0\.1:\d+")


def expected(line: str) -> re.Pattern[str]:
    """A line of the page as a pattern: `…` stands for anything, ports and runs of spaces do not matter."""
    parts = [re.sub(r"(\\? )+", r"\\s+", re.escape(OURS.sub("ADDRESS", part).strip())) for part in line.split("…")]
    return re.compile(r"\s*.*?\s*".join(parts))


def test_every_command_of_the_tutorial_does_what_the_page_says(reader: Reader) -> None:
    printed, checked = "", 0
    for block in blocks(TUTORIAL):
        if block.language == "sh":
            printed = OURS.sub("ADDRESS", reader.types(block.text))
        elif block.language == "text":
            for line in block.text.splitlines():
                found = expected(line).search(printed)
                assert found, f"{line!r} is on the page, and not in:\n{printed}"
                printed = printed[found.end() :]
                checked += 1
    assert checked > 15
    assert "Dock inspectors" in (reader.folder.parent / "my-tidings" / "digest.html").read_text("utf-8")


def test_a_wrong_line_on_the_page_would_be_noticed() -> None:
    assert expected("watching …: 6 entries").search("watching news: 6 entries")
    assert not expected("watching …: 7 entries").search("watching news: 6 entries")
