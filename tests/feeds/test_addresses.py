"""Which URLs and addresses may be fetched; how tricky ones fare is shown through the one fetch function."""

import socket
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.addresses import RefusedUrl, checked, followed, networks, refusal
from feeds.fetch import Failed, Fetched, Fetcher
from feeds.settings import Polling
from state.errors import Misuse
from tests.fakes.site import LOOPBACK, Site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as held:
        yield held


# Ways to write an address that is not public, or a URL whose host is not what it seems.
TRICKS = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0177.0.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://localhost/",
    "http://LocalHost/",
    "http://10.1.2.3/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://192.0.0.8/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[3fff::1]/",
    "http://[2001:db8::1]/",
    "http://good.example@127.0.0.1/",
    "http://127.0.0.1\\@good.example/",
    "http://169.254.169.254\\@good.example/",
    "http://good.example\t.evil/",
    "http://good.example\r\nHost: evil/",
    "http://good.example:80:80/",
    "http://good.example:0/",
    "http://good.example:99999/",
    "http://good example/",
    "http:///path",
    "http://[::1/",
    "http://0177.1/",
    "http://127.0.0.1./",
    "http://0x7F.1/",
    "http://127.00000000000000000000001/",
    "http://1.0x7f/",
    "http://[0000::ffff:0a00:0001]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:a00:1::1]/",
    "http://[::1%25lo]/",
    "http://[fe80::1%25eth0]/",
    "http://foo@localhost:80/",
    "http://good.example#@127.0.0.1\\/",
    "http://192.0.2.1/",
    "http://240.0.0.1/",
    "http://\u0661\u0662\u0667.0.0.1/",
]


@pytest.mark.parametrize("url", TRICKS)
async def test_no_trick_leads_into_a_private_network(url: str) -> None:
    async with Fetcher(Polling(timeout=5), "1.0") as fetcher:
        outcome = await fetcher.fetch(url)
    assert isinstance(outcome, Failed)
    assert outcome.kind == "refused"


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "FILE:///etc/passwd", "ftp://example.org/", "gopher://x/", "data:,x", "/path", "", "x"],
)
async def test_only_http_is_fetched(url: str) -> None:
    async with Fetcher(Polling(timeout=5), "1.0") as fetcher:
        outcome = await fetcher.fetch(url)
    assert isinstance(outcome, Failed)
    assert outcome.kind == "scheme"


@pytest.mark.parametrize("spelling", ["127.0.0.1", "localhost", "①②⑦.⓪.⓪.①", "[::ffff:127.0.0.1]"])
async def test_the_connected_address_is_what_counts_when_a_network_is_allowed(site: Site, spelling: str) -> None:
    url = site.puts("/", "hello").replace("127.0.0.1", spelling)
    async with Fetcher(Polling(timeout=5, allow=LOOPBACK), "1.0") as fetcher:
        assert isinstance(await fetcher.fetch(url), Fetched)
    async with Fetcher(Polling(timeout=5, allow=("10.0.0.0/8",)), "1.0") as fetcher:
        assert isinstance(await fetcher.fetch(url), Failed)


async def test_a_name_is_judged_by_the_address_of_the_very_connection(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server of the attacker answers publicly at first, privately when it matters."""
    port = int(site.url().rstrip("/").rpartition(":")[2])

    def answers(host: str, *_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    async with Fetcher(Polling(timeout=5), "1.0") as fetcher:
        outcome = await fetcher.fetch(f"http://public.example:{port}/")
    assert isinstance(outcome, Failed)
    assert (outcome.kind, site.requests) == ("refused", [])
    assert "127.0.0.1 is loopback" in outcome.reason
    assert "poll.allow" in outcome.reason


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1"])
def test_public_addresses_are_not_refused(address: str) -> None:
    assert refusal(address, ()) is None


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("10.1.2.3", "10.1.2.3 is private"),
        ("fe80::1%eth0", "fe80::1%eth0 is link-local"),
        ("::ffff:10.1.2.3", "::ffff:10.1.2.3 is private"),
        ("2002:101:101::", "2002:101:101:: is 6to4"),
        ("64:ff9b::101:101", "64:ff9b::101:101 is NAT64"),
        ("::1.1.1.1", "::1.1.1.1 is reserved"),
        ("4000::1", "4000::1 is reserved"),
        ("localhost", "'localhost' is no network address"),
    ],
)
def test_a_refusal_tells_what_the_address_is(address: str, told: str) -> None:
    assert refusal(address, ()) == told


def test_what_the_configuration_allows_is_not_refused() -> None:
    allowed = networks(("10.0.0.0/8", "64:ff9b::/96", "fd00::5"))
    assert refusal("10.1.2.3", allowed) is None
    assert refusal("::ffff:10.1.2.3", allowed) is None
    assert refusal("fd00::5", allowed) is None
    assert refusal("fd00::6", allowed) == "fd00::6 is private"
    assert refusal("192.168.0.1", allowed) == "192.168.0.1 is private"


def test_an_allowed_tunnel_does_not_lead_into_a_private_network() -> None:
    allowed = networks(("64:ff9b::/96", "2002::/16", "2001::/32"))
    assert refusal("64:ff9b::101:101", allowed) is None
    assert refusal("64:ff9b::a00:1", allowed) == "64:ff9b::a00:1 is a tunnel to a private address"
    assert refusal("2002:7f00:1::", allowed) == "2002:7f00:1:: is a tunnel to a loopback address"
    assert refusal("2001:0:a00:1::", allowed) == "2001:0:a00:1:: is a tunnel to a private address"


def test_a_network_that_is_none_is_misuse() -> None:
    with pytest.raises(Misuse, match=r"poll\.allow has 'intranet'"):
        networks(("intranet",))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("http://example.org", "http://example.org/"),
        (" HTTPS://Example.org/a%2Fb?x=%7e&y=1+2#part ", "https://example.org/a%2Fb?x=%7e&y=1+2"),
        ("http://example.org/a b", "http://example.org/a%20b"),
        (
            "http://example.org/ព័ត៌មាន",
            "http://example.org/%E1%9E%96%E1%9F%90%E1%9E%8F%E1%9F%8C%E1%9E%98%E1%9E%B6%E1%9E%93",
        ),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://example.org:8080/", "http://example.org:8080/"),
    ],
)
def test_a_url_is_asked_for_as_it_is_written(text: str, asked: str) -> None:
    assert str(checked(text)) == asked


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "http://example.org/b"),
        ("b?x=1", "http://example.org/a/b?x=1"),
        ("//other.example/b", "http://other.example/b"),
        ("https://example.org/a", "https://example.org/a"),
        ("?page=2", "http://example.org/a/list?page=2"),
    ],
)
def test_a_redirect_is_resolved_against_where_it_came_from(location: str, target: str) -> None:
    assert str(followed(checked("http://example.org/a/list"), location)) == target


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "//user@host/", "http://a\\@b/", "http://a/\x00", "javascript:alert(1)", "//0x7f.1/"],
)
def test_a_redirect_is_judged_like_any_url(location: str) -> None:
    with pytest.raises(RefusedUrl):
        followed(checked("http://example.org/"), location)


def test_a_url_of_unreasonable_length_is_refused() -> None:
    with pytest.raises(RefusedUrl, match="characters long"):
        checked("http://example.org/" + "a" * 10_000)


@given(text=st.text(max_size=60), before=st.sampled_from(("", "http://", "//", "http://a", "http://[", "https://a:")))
def test_any_text_is_a_url_or_refused(text: str, before: str) -> None:
    for read in (checked, lambda location: followed(checked("http://example.org/a/"), location)):
        try:
            url = read(before + text)
        except RefusedUrl:
            continue
        assert url.scheme in ("http", "https")
        assert str(url).isascii()
        assert checked(str(url)) == url
