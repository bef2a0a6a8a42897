"""Where a document is for good, and which page follows which."""

from pathlib import Path

import pytest

from feeds.documents import Page, file_url, is_path, next_page
from state.records import Extraction, Validators

ROOT = Path("/srv/press")


@pytest.mark.parametrize(
    ("file", "base_url", "url"),
    [
        (ROOT / "a b.txt", "https://office.example.org/asia/", "https://office.example.org/asia/a%20b.txt"),
        (ROOT / "a.txt", "https://office.example.org/asia", "https://office.example.org/asia/a.txt"),
        (ROOT / "a.txt", "", "file:///srv/press/a.txt"),
        (ROOT, "https://office.example.org/list.html", "https://office.example.org/list.html"),
        (ROOT, "https://office.example.org/asia/", "https://office.example.org/asia/press"),
        (ROOT, "", "file:///srv/press"),
    ],
)
def test_a_local_document_has_a_permanent_address(file: Path, base_url: str, url: str) -> None:
    assert file_url(file, ROOT, base_url) == url


def page(url: str, *following: str) -> Page:
    return Page(url, url, Extraction("page", "repeated", next=following), Validators(url))


def test_the_next_page_is_on_the_same_host_and_not_read_yet() -> None:
    first = page("https://office.example.org/list", "https://other.example/2", "https://office.example.org/list?page=2")
    second = page("https://office.example.org/list?page=2", "https://office.example.org/list")
    assert next_page([first]) == "https://office.example.org/list?page=2"
    assert next_page([first, second]) is None


def test_a_malformed_next_page_is_none() -> None:
    assert next_page([page("https://office.example.org/list", "http://[::1", "javascript:next()")]) is None


def test_only_an_absolute_path_is_a_file_source() -> None:
    assert is_path("/srv/press")
    assert not is_path("https://office.example.org/srv/press")
    assert not is_path("file:///srv/press")
