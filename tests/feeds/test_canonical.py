"""Two addresses have one key exactly where they name one thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.canonical import extends, url_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://office.example/news/7", "https://office.example/news/7"),
        ("https://www.office.example/news/7", "https://office.example/news/7"),
        ("https://OFFICE.example/news/7", "https://office.example/news/7"),
        ("https://office.example:443/news/7", "https://office.example/news/7"),
        ("https://office.example/news/7/", "https://office.example/news/7"),
        ("https://office.example/news/7/index.html", "https://office.example/news/7"),
        ("https://office.example/news/7/Default.aspx", "https://office.example/news/7/"),
        ("https://office.example/news/7?utm_source=mail&utm_medium=x", "https://office.example/news/7"),
        ("https://office.example/news/7?fbclid=IwAR0", "https://office.example/news/7"),
        ("https://office.example/news/7;jsessionid=A1B2?id=3", "https://office.example/news/7?id=3"),
        ("https://office.example/news?b=2&a=1", "https://office.example/news?a=1&b=2"),
        ("https://office.example/news/7#comments", "https://office.example/news/7"),
        ("https://office.example/caf%C3%A9", "https://office.example/café"),
        (" https://office.example/news/7 ", "https://office.example/news/7"),
        ("https://office.example", "https://office.example/"),
    ],
)
def test_addresses_of_one_thing_have_one_key(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://office.example/news/7", "https://office.example/news/8"),
        ("https://office.example/news/a", "https://office.example/news/A"),
        ("https://office.example/news?id=7", "https://office.example/news?id=8"),
        ("https://office.example/news", "https://office.example/news?id=8"),
        ("https://office.example:8080/news", "https://office.example/news"),
        ("https://km.office.example/news", "https://office.example/news"),
        ("https://office.example/#!/news/7", "https://office.example/#!/news/8"),
        ("https://office.example/a%2Fb?x=%26y", "https://office.example/a%2Fb?x=&y"),
        ("mailto:press@office.example", "mailto:desk@office.example"),
    ],
)
def test_addresses_of_two_things_have_two_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize(
    "odd", ["", "http://[::1", "https://office.example:99999/", "//", "javascript:void(0)", "\ud800"]
)
def test_what_is_no_web_address_is_its_own_key(odd: str) -> None:
    assert url_key(odd) == odd


def test_more_parameters_extend_an_address() -> None:
    plain = url_key("https://office.example/news/7")
    pinned = url_key("https://office.example/news/7?from=home")
    other = url_key("https://office.example/news/7?from=mail")
    assert extends(plain, pinned)
    assert extends(pinned, plain)
    assert extends(plain, plain)
    assert not extends(pinned, other)
    assert not extends(plain, url_key("https://office.example/news/8?from=home"))


@given(st.text())
def test_a_key_is_made_of_anything(text: str) -> None:
    assert isinstance(url_key(text), str)


@given(
    st.from_regex(
        r"https?://(www\.)?[a-z]{1,8}\.example(/[a-z0-9%]{0,6}){0,4}/?(\?[a-z]=[a-z0-9]{0,3})?", fullmatch=True
    )
)
def test_a_key_does_not_depend_on_scheme_or_www(url: str) -> None:
    bare = url.split("://", 1)[1].removeprefix("www.")
    assert url_key(url) == url_key(f"https://{bare}") == url_key(f"http://www.{bare}")
