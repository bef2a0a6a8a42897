"""The how-to about wrong guesses: its commands do what the page says."""

import json

from tests.docs.conftest import Reader
from tests.docs.pages import ROOT, blocks


def test_a_guess_is_looked_at_and_mended_as_the_page_says(reader: Reader) -> None:
    page = ROOT / "docs" / "howto" / "selectors.md"
    look, say = (block.text for block in blocks(page) if block.language == "sh")
    reader.types("tidings init")

    assert "WHAT WAS WEIGHED" in reader.types(look)
    assert "releases" in (reader.folder / "outlined.html").read_text("utf-8").lower()
    shown = reader.types(say)

    assert "select url:" in shown
    assert "select date:" not in shown.split("next: tidings")[-1]
    kept = json.loads(reader.types("tidings source show news --json"))["source"]["select"]
    assert kept == {"url": "h4 a@href"}
