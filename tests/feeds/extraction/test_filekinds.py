"""What cannot be read is named as what it is: by its bytes, and by what the host says of them."""

from datetime import UTC, datetime

import pytest

from feeds.children import Document
from feeds.extraction import extract
from feeds.extraction.filekinds import named
from state.records import Extraction, Unreadable

Z = bytes(300)
OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("kind", "body", "name"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n" + Z, "a PNG image"),
        ("image/webp", b"RIFF\x10\0\0\0WEBPVP8 " + Z, "a WebP image"),
        ("image/avif", b"\0\0\0\x20ftypavif" + Z, "an image"),
        ("", b"\0\0\0\x20ftypavif" + Z, "an image"),
        ("image/tiff", b"II*\0" + Z, "a TIFF image"),
        ("image/svg+xml", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>', "an SVG image"),
        ("video/mp4", b"\0\0\0\x18ftypmp42" + Z, "a video"),
        ("video/x-msvideo", b"RIFF\x10\0\0\0AVI LIST" + Z, "an AVI video"),
        ("audio/mpeg", b"ID3\x04" + Z, "an MP3 recording"),
        ("audio/mpeg", b"\xff\xfb\x90\x64" + bytes(range(256)) * 4, "an MP3 recording"),
        ("audio/wav", b"RIFF\x10\0\0\0WAVEfmt " + Z, "a WAV recording"),
        ("audio/x-unheard-of", bytes(range(256)) * 4, "a recording"),
        ("application/zip", b"PK\x03\x04" + Z, "an archive"),
        ("", b"PK\x03\x04" + Z, "a zip archive or an office document"),
        ("application/x-tar", b"news.txt" + bytes(249) + b"ustar\x0000" + Z, "a tar archive"),
        ("application/pdf", b"\n\n%PDF-1.4\n" + Z, "a PDF"),
        (OFFICE, b"PK\x03\x04\x14\0\6\0[Content_Types].xml" + Z, "an office document"),
        ("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + Z, "an old office document"),
        ("application/epub+zip", b"PK\x03\x04\n\0\0\0mimetypeapplication/epub+zip" + Z, "an EPUB book"),
        ("text/css; charset=utf-8", b"body{margin:0}", "a style sheet"),
        ("application/javascript", b"(function(){return 1})();", "a script"),
        ("text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "a calendar file"),
        ("application/octet-stream", bytes(range(256)) * 8, "a file of bytes that are no text"),
    ],
)
def test_a_document_that_is_none_has_a_name(kind: str, body: bytes, name: str) -> None:
    assert named(body, kind) == name

    found = extract(Document("https://office.example/file", body, kind), datetime(2026, 5, 20, tzinfo=UTC))
    assert isinstance(found, Unreadable)
    assert f"is {name}, not a page; give the address of the page" in found.reason


@pytest.mark.parametrize(
    "kind", ["image/png", "application/pdf", "text/css", "application/javascript", "image/svg+xml"]
)
def test_a_page_with_a_wrong_label_is_read_all_the_same(kind: str) -> None:
    body = b"<!DOCTYPE html><title>News</title><p>The office opens on Monday and sells stamps again."
    found = extract(Document("https://office.example/news", body, kind), datetime(2026, 5, 20, tzinfo=UTC))

    assert isinstance(found, Extraction)
    assert found.kind == "page"
