"""Lists of what to watch: the good rows are read, the others are said with their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.source_lists import Fault, Listed, read

OPML = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
 <head><title>Ministries</title></head>
 <body>
  <outline text="Labour">
   <outline type="rss" text="Mines" title="Mines &amp; quarries" xmlUrl="https://mines.example.org/feed" language="fr"/>
   <outline type="rss" text="Kilns"
      htmlUrl="https://kilns.example.org/"/>
  </outline>
  <outline type="rss" text="Nowhere"/>
  <outline text="Mines again" xmlUrl="https://mines.example.org/feed"/>
 </body>
</opml>
"""


def test_an_opml_gives_feeds_and_pages_of_all_its_folders_once() -> None:
    found = read(OPML)
    assert found.rows == (
        Listed(6, "https://mines.example.org/feed", {"title": "Mines & quarries", "language": "fr"}),
        Listed(8, "https://kilns.example.org/", {"title": "Kilns"}),
    )
    assert found.faults == (Fault(10, 0, "'Nowhere' has no xmlUrl; give the address of its feed or page"),)


def test_what_stands_before_a_break_is_good() -> None:
    found = read(OPML.replace(b"</outline>\n  <outline type", b"</outlin>\n  <outline type"))
    assert [row.where for row in found.rows] == ["https://mines.example.org/feed", "https://kilns.example.org/"]
    (fault,) = found.faults
    assert fault.line == 9
    assert fault.column > 0
    assert "breaks off" in fault.reason
    assert "outlin" in fault.reason


def test_another_kind_of_xml_is_said() -> None:
    found = read(b"<rss><channel><outline xmlUrl='https://a.example.org/'/></channel></rss>")
    assert (found.rows, found.faults[0].reason) == (
        (),
        "this is <rss>, not OPML; give the file that a reader exports",
    )


def test_a_bomb_of_entities_is_refused() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    bomb = (
        f'<!DOCTYPE opml [<!ENTITY e0 "ha">{levels}]><opml><body><outline text="&e8;" xmlUrl="https://a.example.org/"/>'
    )
    found = read(bomb.encode())
    assert found.faults
    assert sum(len(row.where) + len(str(row.given)) for row in found.rows) < 1000


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_may_name_every_field(separator: str) -> None:
    text = "\n".join(
        separator.join(cells)
        for cells in (
            ("URL", "title", "every", "colour"),
            ("https://a.example.org/", '"News, all; of it"', "2h", "red"),
            ("", "", "", ""),
            ("https://b.example.org/", "", "", ""),
            ("", "No address", "", ""),
            ("https://c.example.org/", "", "", "", "too many"),
        )
    )
    found = read(b"\xef\xbb\xbf" + text.encode())
    assert found.rows == (
        Listed(2, "https://a.example.org/", {"title": "News, all; of it", "every": "2h"}),
        Listed(4, "https://b.example.org/", {}),
    )
    assert [(fault.line, fault.reason.split(";")[0].split(" and left")[0]) for fault in found.faults] == [
        (1, "column 'colour' is not known"),
        (5, "the row has no address"),
        (6, "the row has 5 cells, the head 4"),
    ]


def test_a_plain_list_has_an_address_and_perhaps_a_title_on_each_line() -> None:
    found = read(b"# ours\nhttps://a.example.org/list The list of a\n\nhttps://b.example.org/\n")
    assert found.rows == (
        Listed(2, "https://a.example.org/list", {"title": "The list of a"}),
        Listed(4, "https://b.example.org/", {}),
    )


def test_a_file_in_another_encoding_is_said_with_its_line() -> None:
    found = read("https://a.example.org/\nhttps://b.example.org/ Büro\n".encode("latin-1"))
    assert found.faults == (Fault(2, 0, "the file is not UTF-8; save it as UTF-8"),)


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_give_rows_and_faults(body: bytes, opml: bool) -> None:
    found = read(body, opml=opml)
    assert len({row.where for row in found.rows}) == len(found.rows)
