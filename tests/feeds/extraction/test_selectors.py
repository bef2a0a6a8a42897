"""An admin's selectors say what a guess got wrong: CSS and XPath, whole or in part; what does not fit is told."""

from datetime import UTC, datetime

import pytest

from feeds.children import Document
from feeds.extraction import dom, extract, overrides, xpaths
from state.records import Extraction, Unreadable

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://press.example/news"
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Notices</title></head><body>
<nav><a href="/">Home</a></nav>
<main><h1>Notices</h1>
<div class="row" data-key="n-3"><h3><a href="/n/3">Printers move to the new hall</a></h3><em>Presses</em>
 <a class="more" href="/full/3">All of it</a><time datetime="2026-05-04">last Monday</time><p>It is big.</p></div>
<div class="row" data-key="n-2"><h3><a href="/n/2">Paper arrives by barge again</a></h3><em>Stores</em>
 <a class="more" href="/full/2">All of it</a><time datetime="2026-04-20">in April</time><p>The lock is open.</p></div>
<div class="row" data-key="n-1"><h3><a href="/n/1">Apprentices set their first page</a></h3><em>Training</em>
 <a class="more" href="/full/1">All of it</a><time datetime="2026-04-02">in April</time><p>It is a calendar.</p></div>
</main></body></html>"""
FLAT = """<!DOCTYPE html><html lang="en"><title>Log</title><main>
<h4>Ink runs low</h4><p>2 May 2026</p><p>An order is under way.</p>
<h4>Ink arrives</h4><p>6 May 2026</p><p>Two drums of black stand here.</p></main><footer>The press</footer></html>"""


def read(select: dict[str, str], html: str = PAGE) -> Extraction:
    found = extract(Document(URL, html.encode(), select=select), NOW)
    assert isinstance(found, Extraction), found
    return found


def values(field: str, selector: str) -> list[object]:
    found = read({field: selector})
    assert found.remarks == ()
    assert all(record.origin[field] == "selected" for record in found.records)
    return [getattr(record, "guid" if field == "id" else field) for record in found.records]


@pytest.mark.parametrize(
    "selector", ["em", "div > em", "//em", "./em", "xpath:descendant::em", "xpath:string(em)", ".//em/text()"]
)
def test_a_field_is_where_css_or_xpath_says(selector: str) -> None:
    assert values("kind", selector) == ["Presses", "Stores", "Training"]


@pytest.mark.parametrize("selector", ["a.more", "a.more@href", "//a[@class='more']", "./a[1]/@href", "./a/@href"])
def test_an_address_is_that_of_a_link_or_of_an_attribute(selector: str) -> None:
    assert values("url", selector) == [f"https://press.example/full/{number}" for number in (3, 2, 1)]


@pytest.mark.parametrize("selector", ["time", "time@datetime", "//time/@datetime"])
def test_a_date_is_read_from_what_machines_read(selector: str) -> None:
    assert values("date", selector) == ["2026-05-04", "2026-04-20", "2026-04-02"]


def test_an_id_comes_from_an_attribute_of_the_entry_itself() -> None:
    assert values("id", ".row@data-key") == ["n-3", "n-2", "n-1"]


@pytest.mark.parametrize("selector", [".row", "main > div", "//div[@data-key]", "xpath:(//main)[1]/div"])
def test_items_alone_leave_the_fields_to_be_found(selector: str) -> None:
    found = read({"item": selector})

    assert found.method == "selected"
    assert [record.title for record in found.records] == [
        "Printers move to the new hall",
        "Paper arrives by barge again",
        "Apprentices set their first page",
    ]
    assert [record.date for record in found.records] == ["2026-05-04", "2026-04-20", "2026-04-02"]


@pytest.mark.parametrize("selector", ["from h4", "from //h4", "from main > h4"])
def test_an_item_may_go_on_from_one_match_to_the_next(selector: str) -> None:
    found = read({"item": selector}, FLAT)

    told = [(record.title, record.date, record.summary) for record in found.records]
    assert told == [
        ("Ink runs low", "2026-05-02", "An order is under way."),
        ("Ink arrives", "2026-05-06", "Two drums of black stand here."),
    ]
    assert "footer" in {left.reason for left in found.left_out}


def test_what_no_selector_names_stays_as_it_was_found() -> None:
    plain, chosen = read({}), read({"title": "em"})

    assert [record.title for record in chosen.records] == ["Presses", "Stores", "Training"]
    for one, other in zip(plain.records, chosen.records, strict=True):
        assert (one.url, one.date, one.summary) == (other.url, other.date, other.summary)


def test_an_entry_in_which_a_selector_finds_nothing_keeps_what_was_found() -> None:
    html = PAGE.replace("<em>Stores</em>", "")
    found = read({"title": "em"}, html)

    assert [record.title for record in found.records] == ["Presses", "Paper arrives by barge again", "Training"]
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("select", "says"),
    [
        ({"title": "h9"}, ("title='h9'", "0 elements", "none of them within one of the 3 entries")),
        ({"title": "nav a"}, ("title='nav a'", "1 element on the page", "none of them within")),
        ({"item": ".gone"}, ("item='.gone'", "0 elements")),
        ({"date": "em"}, ("date='em'", "stands in 3 of 3 entries", "can be a date")),
    ],
)
def test_a_selector_that_finds_nothing_is_remarked_on(select: dict[str, str], says: tuple[str, ...]) -> None:
    (remark,) = read(select).remarks

    assert all(part in remark for part in says), remark


@pytest.mark.parametrize(
    ("select", "says"),
    [
        ({"title": "h3["}, "no CSS selector"),
        ({"title": "//h3["}, "no XPath 1.0"),
        ({"title": "xpath:count(//em)"}, "select elements or texts"),
        ({"headline": "h3"}, "'headline' is no field"),
        ({"title": "from h3"}, 'only "item"'),
        ({"title": "h3" * 600}, "at most 1000 characters"),
    ],
)
def test_a_selector_that_is_none_is_refused(select: dict[str, str], says: str) -> None:
    found = extract(Document(URL, PAGE.encode(), select=select), NOW)

    assert isinstance(found, Unreadable)
    assert says in found.reason


@pytest.mark.parametrize(
    "expression",
    ["document('/etc/hostname')//*", "unparsed-entity-uri('x')", "unparsed-text('/etc/hostname')", "re:test('a', 'b')"],
)
def test_no_function_of_a_selector_reads_a_file(expression: str) -> None:
    found = extract(Document(URL, PAGE.encode(), select={"title": f"xpath:{expression}"}), NOW)

    assert isinstance(found, Unreadable)


def test_a_check_needs_no_page() -> None:
    overrides.check({"item": ".row", "date": "time@datetime", "url": "./a/@href"})
    with pytest.raises(ValueError, match="no CSS"):
        overrides.check({"title": "a:::b"})


def test_xpath_sees_odd_markup_and_maps_back_to_our_nodes() -> None:
    """Names and signs that XML does not have, and an element whose text follows another's."""
    tree = dom.parse('<div><o:p @click="x" title="a\x0bb">one</o:p>two<b>three</b>four</div>')
    copy = xpaths.Copy(tree)

    assert [node.tag for node, _ in copy.find("//div/*")] == ["o:p", "b"]
    assert [value for _, value in copy.find("//div/text()")] == ["two", "four"]
    assert {node.tag for node, _ in copy.find("//div/text()")} == {"div"}
    assert [value for _, value in copy.find("//*/@title")] == ["a b"]
