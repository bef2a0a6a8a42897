"""Whether a source writes the day or the month first, from all its dates."""

from datetime import UTC, datetime

import pytest

from feeds.extraction import dateorder
from feeds.extraction.datevalues import Setting

NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("texts", "languages", "host", "order"),
    [
        # a number above 12
        (["03/04/2006", "28/03/2006"], ("en",), "", "dmy"),
        (["03/04/2006", "03/28/2006"], ("en",), "", "mdy"),
        (["28/03/2006", "27/03/2006", "26/03/2006", "04/13/2006"], ("en",), "", "dmy"),
        (["28/03/2006", "03/27/2006"], ("en",), "", ""),
        # another date beside it
        (["03/04/2006", "Harbour news of 3 April 2006"], ("en",), "", "dmy"),
        (["2006-03-04", "03/04/2006"], ("en",), "example.co.uk", "mdy"),
        (["Harbour days 03/04/2006 (4 March 2006)"], ("en",), "", "mdy"),
        (["April 2006", "03/04/2006"], ("en",), "", "dmy"),
        (["12 June 2006", "03/04/2006"], ("en",), "", ""),
        # the future, and the list's own order
        (["06/10/2026", "05/10/2026"], ("en",), "", "mdy"),
        (["10/06/2026"], ("en",), "", "dmy"),
        (["05/12/2006", "04/11/2006", "03/10/2006", "02/09/2006"], ("en",), "", ""),
        (["09/05/2006", "07/05/2006", "12/04/2006", "05/04/2006", "01/03/2006"], ("en",), "", "dmy"),
        (["05/09/2006", "05/07/2006", "04/12/2006", "04/05/2006", "03/01/2006"], ("en",), "", "mdy"),
        # language and country, weakest
        (["03/04/2006"], ("en",), "", ""),
        (["03/04/2006"], ("en",), "example.gov", "mdy"),
        (["03/04/2006"], ("en",), "example.co.uk", "dmy"),
        (["03/04/2006"], ("en-US", "en"), "", "mdy"),
        (["03/04/2006"], ("en-GB", "en"), "", "dmy"),
        (["03/04/2006"], ("fr", "en"), "", "dmy"),
        (["03/04/2006"], ("vi", "en"), "", "dmy"),
        (["03.04.2006"], ("en",), "", "dmy"),
        (["28/03/2006", "03/04/2006"], ("en-US", "en"), "example.gov", "dmy"),
        # nothing to tell
        (["nothing", "2006-05-08"], ("en",), "", ""),
        ([], ("en",), "example.gov", ""),
    ],
)
def test_the_order_of_day_and_month_comes_from_all_dates_of_a_source(
    texts: list[str], languages: tuple[str, ...], host: str, order: str
) -> None:
    assert dateorder.infer(texts, Setting(NOW, languages), host) == order
