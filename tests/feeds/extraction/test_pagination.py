"""Further pages of a list are found however they are led to; what only looks like them is not."""

from datetime import UTC, datetime

import pytest

from feeds.children import Document
from feeds.extraction import extract
from state.records import Extraction

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
HOST = "https://port.example"
LIST = "".join(
    f"<li><a href=/n/{day}>The harbour dredges basin number {day} for deeper ships</a> <span>{day} May 2026</span></li>"
    for day in range(3, 9)
)


def following(pager: str, url: str = "/news", head: str = "", lang: str = "en") -> list[str]:
    """The further pages of a list with this below it, without the host."""
    html = (
        f"<!DOCTYPE html><html lang={lang}><head><title>News</title>{head}</head><body><main><h1>News</h1>"
        f"<ul>{LIST}</ul>{pager}</main></body></html>"
    )
    found = extract(Document(HOST + url, html.encode()), NOW)
    assert isinstance(found, Extraction)
    assert len(found.records) == 6, "the pager is no entry"
    return [page.removeprefix(HOST) for page in found.next]


@pytest.mark.parametrize(
    ("pager", "pages"),
    [
        ('<a rel="next" href="/news?page=2">›</a>', ["/news?page=2"]),
        ('<div class=pager><a href="/news?p=2">Next 10 »</a></div>', ["/news?p=2"]),
        ('<p><a href="/news/older">← Older posts</a></p>', ["/news/older"]),
        (
            '<nav class=pagination><a href="/a">1</a> <a href="?page=2" aria-label="Next page">→</a></nav>',
            ["/news?page=2"],
        ),
        (
            '<ul class=pager><li class=pager-next><a href="?page=1"><img src=r.png alt="next"></a></li></ul>',
            ["/news?page=1"],
        ),
        (
            '<div class=pages><b>1</b> <a href="?page=2">2</a> <a href="?page=3">3</a></div>',
            ["/news?page=2", "/news?page=3"],
        ),
        (
            '<div class=pages>1 | <a href="?start=10">2</a> | <a href="?start=20">3</a></div>',
            ["/news?start=10", "/news?start=20"],
        ),
        (
            '<div>[1-10] <a href="?from=10">[11-20]</a> <a href="?from=20">[21-30]</a></div>',
            ["/news?from=10", "/news?from=20"],
        ),
        ('<div><a href="/news" class=current>1</a> <a href="/news/page/2/">2</a></div>', ["/news/page/2/"]),
        ('<div><span>1</span> <a href="?page=2">2</a> … <a href="?page=40">40</a></div>', ["/news?page=2"]),
        ('<div class=pagination><a href="/news/page/2/"><i></i></a></div>', ["/news/page/2/"]),
        ('<div class=pagination><a href="/news/nextRow--10/index.htm"><i></i></a></div>', []),
        ('<button data-url="/news?page=2">Load more</button>', ["/news?page=2"]),
        ('<a class="btn load-more" href="/news?offset=6">+</a>', ["/news?offset=6"]),
        ('<button hx-get="/news?page=2" class=more-button>…</button>', ["/news?page=2"]),
    ],
)
def test_a_pager_leads_on(pager: str, pages: list[str]) -> None:
    assert following(pager) == pages


@pytest.mark.parametrize(
    ("lang", "word"),
    [
        ("fr", "Page suivante"),
        ("es", "Siguiente ›"),
        ("pt", "Próxima página"),
        ("de", "Nächste Seite"),
        ("ca", "Pàgina següent »"),
        ("ru", "Следующая →"),
        ("el", "Επόμενη"),
        ("tr", "Sonraki sayfa"),
        ("id", "Selanjutnya"),
        ("vi", "Trang sau"),
        ("zh", "下一页"),
        ("ja", "次のページ"),
        ("km", "បន្ទាប់"),
        ("th", "ถัดไป"),
        ("lo", "ຕໍ່ໄປ"),
        ("ar", "التالي"),
        ("fa", "صفحه بعد"),
        ("he", "הבא"),
        ("hi", "अगला"),
    ],
)
def test_next_is_understood_in_many_languages(lang: str, word: str) -> None:
    assert following(f'<p><a href="/news/b">{word}</a></p>', lang=lang) == ["/news/b"]


@pytest.mark.parametrize(
    ("url", "pager", "pages"),
    [
        (
            "/news?page=3",
            '<p><a href="?page=2">2</a> <a href="?page=3">3</a> <a href="?page=4">4</a></p>',
            ["/news?page=4"],
        ),
        ("/news?page=4", '<p><a href="?page=3">3</a> <b>4</b></p>', []),
        (
            "/news/page/3/",
            '<p><a href="/news/page/2/">« Previous entries</a> <a href="/news/page/4/">Next</a></p>',
            ["/news/page/4/"],
        ),
        (
            "/news/nextRow--10/index.htm",
            '<p class=pager><a href="/news/nextRow--0/index.htm">«</a> <a href="/news/nextRow--20/index.htm">»</a></p>',
            ["/news/nextRow--20/index.htm"],
        ),
        (
            "/news?start=10&lang=fr",
            '<p class=pagination><a href="/news?lang=fr&amp;start=0"><i></i></a>'
            '<a href="/news?lang=fr&amp;start=20"><i></i></a></p>',
            ["/news?lang=fr&start=20"],
        ),
    ],
)
def test_a_later_page_leads_on_and_not_back(url: str, pager: str, pages: list[str]) -> None:
    assert following(pager, url) == pages


CALENDAR = (
    "<table class=cal><tr><td colspan=7><a href='?month=4'>«</a> May <a href='?month=6'>Next</a></td></tr>"
    + "".join(
        "<tr>" + "".join(f"<td><a href='/day/{day}'>{day}</a></td>" for day in range(week, week + 7)) + "</tr>"
        for week in (1, 8, 15, 22)
    )
    + "</table>"
)


@pytest.mark.parametrize(
    "pager",
    [
        CALENDAR,
        '<p><a href="?year=2024">2024</a> <a href="?year=2025">2025</a> <a href="?year=2026">2026</a></p>',
        '<p>Show <a href="?size=10">10</a> <a href="?size=25">25</a> <a href="?size=50">50</a></p>',
        '<p><a href="?sort=title&amp;order=asc">Title</a> <a href="?sort=date">Next</a></p>',
        '<p><a href="https://other.example/news?page=2" rel=next>Next</a></p>',
        '<div class=carousel><a href="#slide" class=next>Next</a></div>',
        '<p><a href="/news">Next</a></p>',
        '<p>Rated <a href="/rate/4">4</a> of <a href="/rate/9">9</a></p>',
        "<button class=load-more>Load more</button>",
    ],
)
def test_what_is_no_pager_leads_nowhere(pager: str) -> None:
    assert following(pager) == []


def test_the_next_document_after_a_document_is_no_further_page() -> None:
    text = "The harbour dredges its basins so that deeper ships can call at any tide. " * 12
    html = (
        "<!DOCTYPE html><html lang=en><title>Dredging begins</title><meta property=og:type content=article><main>"
        f"<h1>Dredging begins in the inner harbour</h1><p>4 May 2026</p><p>{text}</p>"
        "<a rel=next href=/n/5>Next</a></main>"
    )
    found = extract(Document(f"{HOST}/n/4", html.encode()), NOW)

    assert isinstance(found, Extraction)
    assert (found.method, found.next) == ("publication", ())
