"""The pictures of the README are there, sharp and small."""

import re
import struct

from tests.docs.pages import ROOT

MOST = 150_000  # bytes


def test_the_readme_shows_a_topic_page_and_a_digest_at_twice_their_size() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r'<img src="(docs/pictures/\w+\.png)" width="(\d+)" alt="([^"]+)">', readme)

    assert [name for name, _, _ in shown] == ["docs/pictures/topic.png", "docs/pictures/digest.png"]
    for name, width, text in shown:
        picture = (ROOT / name).read_bytes()
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        assert len(picture) < MOST
        assert struct.unpack(">I", picture[16:20])[0] >= 2 * int(width)
        assert len(text) > 20
