"""Date strings with the right answer, and strings that are no dates."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.extraction import dateorder, dates
from feeds.extraction.datevalues import Order, Setting

NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)

DAYS = """
en 08 May 2006|2006-05-08
en 8 May 2006|2006-05-08
en 8 may 2006,|2006-05-08
en May 8, 2006|2006-05-08
en May 8 2006|2006-05-08
en MAY 8, 2006|2006-05-08
en Monday, 8 May 2006|2006-05-08
en Mon, 08 May 2006|2006-05-08
en Mon 8 May 2006|2006-05-08
en Monday 8th May 2006|2006-05-08
en 8th of May, 2006|2006-05-08
en the 8th of May 2006|2006-05-08
en Friday 20th of July, 2012|2012-07-20
en September 1st, 2012|2012-09-01
en Sept. 22, 2015|2015-09-22
en 22 Sept 2015|2015-09-22
en Dec. 3, 2015|2015-12-03
en 3rd Dec 2015|2015-12-03
en 08-May-2006|2006-05-08
en 08/May/2006|2006-05-08
en 08-May-06|2006-05-08
en 8 May '06|2006-05-08
en 23 Jul 25|2025-07-23
en 2006 May 8|2006-05-08
en 2006-May-08|2006-05-08
en 2006-05-08|2006-05-08
en 2006/05/08|2006-05-08
en 2006.05.08|2006-05-08
en 2006-5-8|2006-05-08
en 2006 . 05 . 08|2006-05-08
en 20060508|2006-05-08
en [2006-05-08]|2006-05-08
en (08 May 2006)|2006-05-08
en 2006-05-08T10:20:30Z|2006-05-08
en 2006-05-08 10:20|2006-05-08
en 8 May 2006 at 4:05 pm|2006-05-08
en 8 May 2006 - 14:30|2006-05-08
en 13/04/2006|2006-04-13
en 04/13/2006|2006-04-13
en 31.12.1999|1999-12-31
en 31-12-1999|1999-12-31
en 7/7/2007|2007-07-07
en 13.11.25|2025-11-13
en 1/21/16|2016-01-21
en 3-5 May 2006|2006-05-03
en 28 April - 3 May 2006|2006-04-28
en May 3-5, 2006|2006-05-03
en 29 February 2004|2004-02-29
fr 8 mai 2006|2006-05-08
fr 1er mai 2006|2006-05-01
fr lundi 8 mai 2006|2006-05-08
fr 12 août 2006|2006-08-12
fr 12 aout 2006|2006-08-12
fr 3 févr. 2015|2015-02-03
fr 14 juil. 2015|2015-07-14
fr le 25 décembre 2017|2017-12-25
de 8. Mai 2006|2006-05-08
de Montag, 8. Mai 2006|2006-05-08
de 3. März 2015|2015-03-03
de 3. Mrz 2015|2015-03-03
de 6. Jänner 2015|2015-01-06
de den 24. Dezember 2015|2015-12-24
es 8 de mayo de 2006|2006-05-08
es lunes, 8 de mayo de 2006|2006-05-08
es 8 mayo 2006|2006-05-08
es mayo 8, 2006|2006-05-08
es 3 de sept. de 2015|2015-09-03
es 1 de setiembre de 2015|2015-09-01
pt 8 de maio de 2006|2006-05-08
pt segunda-feira, 8 de maio de 2006|2006-05-08
pt 3 de março de 2015|2015-03-03
pt 3 fev. 2015|2015-02-03
it 8 maggio 2006|2006-05-08
it lunedì 8 maggio 2006|2006-05-08
it novembre 3, 2015|2015-11-03
it 1º gennaio 2015|2015-01-01
nl 8 mei 2006|2006-05-08
nl maandag 8 mei 2006|2006-05-08
nl 3 mrt. 2015|2015-03-03
ru 8 мая 2006|2006-05-08
ru 8 мая 2006 г.|2006-05-08
ru 17 февраля 2016 года|2016-02-17
ru 17 февр. 2016|2016-02-17
ru понедельник, 8 мая 2006|2006-05-08
uk 8 травня 2006|2006-05-08
uk 17 лютого 2016 року|2016-02-17
pl 8 maja 2006|2006-05-08
pl 17 listopada 2016|2016-11-17
pl 17 lut 2016 r.|2016-02-17
hr 17. listopada 2016.|2016-10-17
cs 8. května 2006|2006-05-08
cs 17. listopadu 2016|2016-11-17
sv 8 maj 2006|2006-05-08
sv den 8 maj 2006|2006-05-08
da 8. maj 2006|2006-05-08
nb 8. mai 2006|2006-05-08
fi 8. toukokuuta 2006|2006-05-08
hu 2006. május 8.|2006-05-08
ro 8 mai 2006|2006-05-08
bg 8 май 2006 г.|2006-05-08
el 8 Μαΐου 2006|2006-05-08
el 17 Φεβρουαρίου 2016|2016-02-17
el 17 ΦΕΒΡΟΥΑΡΙΟΥ 2016|2016-02-17
tr 8 Mayıs 2006|2006-05-08
tr 17 Şubat 2016|2016-02-17
tr 8 Mayıs 2006 Pazartesi|2006-05-08
id 8 Mei 2006|2006-05-08
id Senin, 8 Mei 2006|2006-05-08
id 17 Agustus 2016|2016-08-17
ca 8 de maig de 2006|2006-05-08
ca 12 d’agost de 2020|2020-08-12
vi ngày 8 tháng 5 năm 2006|2006-05-08
vi 8 tháng 5, 2006|2006-05-08
vi 08/05/2006|2006-05-08
km ០៨ ឧសភា ២០០៦|2006-05-08
km ថ្ងៃទី៤ ខែឧសភា ឆ្នាំ២០០៦|2006-05-04
km ថ្ងៃទី ១៧ ខែ កុម្ភៈ ឆ្នាំ ២០១៦|2016-02-17
km 8 ឧសភា 2006|2006-05-08
th 8 พฤษภาคม 2549|2006-05-08
th ๘ พ.ค. ๒๕๔๙|2006-05-08
th 17 ก.พ. 2559|2016-02-17
th 17 ก.พ. 59|2016-02-17
th วันที่ 17 กุมภาพันธ์ พ.ศ. 2559|2016-02-17
th 8 พฤษภาคม 2006|2006-05-08
lo 8 ພຶດສະພາ 2006|2006-05-08
lo ວັນທີ 17 ກຸມພາ 2016|2016-02-17
my ၈ မေ ၂၀၀၆|2006-05-08
my 17 ဖေဖော်ဝါရီ 2016|2016-02-17
ar 8 مايو 2006|2006-05-08
ar ٨ مايو ٢٠٠٦|2006-05-08
ar 17 شباط 2016|2016-02-17
ar 17 تشرين الثاني 2016|2016-11-17
ar 17 فيفري 2016|2016-02-17
fa 17 فوریهٔ 2016|2016-02-17
fa ۱۴ اردیبهشت ۱۳۹۹|2020-05-03
fa ۱ فروردین ۱۴۰۰|2021-03-21
he 8 במאי 2006|2006-05-08
he 17 בפברואר 2016|2016-02-17
ja 2006年5月8日|2006-05-08
ja 2006年05月08日(月)|2006-05-08
ja 令和2年5月3日|2020-05-03
ja 平成18年5月8日|2006-05-08
zh 2006年5月8日|2006-05-08
zh 2006-05-08 10:20:30|2006-05-08
zh 民國109年5月3日|
ko 2006년 5월 8일|2006-05-08
ko 2006. 5. 8.|2006-05-08
ko 2006.05.08|2006-05-08
"""

COARSE = """
en January 2005|2005-01
en Jan. 2005|2005-01
en January, 2005|2005-01
en JANUARY 2005|2005-01
en 05/2006|2006-05
en 2006-05|2006-05
en 2006|2006
en (2006)|2006
fr janvier 2005|2005-01
de März 2015|2015-03
es enero de 2005|2005-01
pt janeiro de 2005|2005-01
ru май 2006|2006-05
ru Февраль 2016 г.|2016-02
pl maj 2006|2006-05
el Μάιος 2006|2006-05
vi Tháng 5 năm 2006|2006-05
km មករា ២០០៥|2005-01
km ខែមករា ឆ្នាំ២០០៥|2005-01
th มกราคม 2548|2005-01
ja 2006年5月|2006-05
ja 2006年|2006
ko 2006년 5월|2006-05
hu 2006. május|2006-05
en 2 weeks ago|2026-05
en 3 months ago|2026-02
en 2 years ago|2024
"""

RELATIVE = """
en today|2026-05-20
en yesterday|2026-05-19
en 21 hours ago|2026-05-19
en 9 hours ago|2026-05-20
en 45 mins ago|2026-05-20
en 3 days ago|2026-05-17
de heute, 18:00 Uhr|2026-05-20
de gestern, 18:00 Uhr|2026-05-19
de vor 3 Tagen|2026-05-17
fr il y a 2 jours|2026-05-18
fr hier|2026-05-19
es hace 3 días|2026-05-17
es ayer|2026-05-19
it 3 giorni fa|2026-05-17
pt há 3 dias|2026-05-17
ru вчера|2026-05-19
ru 3 дня назад|2026-05-17
zh 昨天|2026-05-19
ko 3일 전|2026-05-17
vi 3 ngày trước|2026-05-17
"""

NO_DATES = """
No. 5/2006
No. 5/2006 of the journal
2-3
March
May
a
1.
12
Page 3 of 12
12 of 2006 members
3.1.2
10.4.12
v2.0.1
Version 5.12.2006a
Windows 10 2004
ISO 9001:2015
ISO/IEC 27001
Agenda 2030
Resolution 1325 (2000)
Directive 2004/18/EC
Decree 12/2006
Law No. 5 of 2006
Article 12.3
Section 4.5.6
12:30
12:30 - 14:00
10.00 Uhr
$ 2,004
€ 12.50
USD 2004
28,000
1 500 000
1.250.000
80 per cent
5 %
-5
+855 23 12 05 2006
023 12 05 20
(202) 555-0142
555-2006
tel. 030 12.05.20-06
192.168.10.12
10.12.2006.14
ISBN 978-3-16-148410-0
31 February 2006
32 January 2006
2006-13-01
2006-02-30
00/00/2006
40.40.2006
20041390
12345678
2016/0422
5-2006
8/5-2006
Room 5, May Building
may 5 people come
5 May people
1 in 10
4 x 4
A4
Covid-19
G20
24/7
9/11
50/50
3/4
2 000 workers
Chapter 12 May
Sun 1
the march of 100 people
4711
2006a
x2006-05-08
2006-05-081
1006-05-08
8 May 3006
"""

BY_LANGUAGE = [line.split(" ", 1) for line in (DAYS + COARSE + RELATIVE).splitlines() if line and "民" not in line]


@pytest.mark.parametrize(("language", "pair"), BY_LANGUAGE)
def test_a_date_is_read_as_exactly_as_it_is_written(language: str, pair: str) -> None:
    text, wanted = pair.rsplit("|", 1)
    order: Order = "dmy" if language != "en" else ""

    found = dates.whole(text, Setting(NOW, (language, "en"), order))

    assert found is not None
    assert found.date == wanted


@pytest.mark.parametrize("text", NO_DATES.strip().splitlines())
def test_what_is_no_date_gives_none(text: str) -> None:
    assert [found.date for found in dates.find(text, Setting(NOW, ("en",), "dmy")) if found.date] == []


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(BY_LANGUAGE) >= 120
    assert len(NO_DATES.split("\n")) >= 60


def test_what_follows_a_date_is_not_part_of_it() -> None:
    text = "08 May 2006, PHNOM PENH"
    (found,) = dates.find(text, Setting(NOW))
    assert text[found.end :] == ", PHNOM PENH"


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("2006-05-08T10:20:30+02:00", "2006-05-08T10:20:30+02:00"),
        ("2006-05-08T10:20:30Z", "2006-05-08T10:20:30+00:00"),
        ("8 May 2006 14:30", "2006-05-08T14:30:00+07:00"),
        ("8 May 2006 at 4:05 pm", "2006-05-08T16:05:00+07:00"),
        ("8 May 2006, 12:05 a.m.", "2006-05-08T00:05:00+07:00"),
        ("8 May 2006", None),
        ("8 May 2006, 45 people", None),
        ("May 2006 14:30", None),
    ],
)
def test_a_time_is_taken_only_where_it_is_written(text: str, published: str | None) -> None:
    found = dates.find(text, Setting(NOW, ("en",), "", ZoneInfo("Asia/Phnom_Penh")))[0]
    assert (found.published.isoformat() if found.published else None) == published


def test_an_order_nobody_tells_leaves_the_date_unknown() -> None:
    (found,) = dates.find("03/04/2006", Setting(NOW))
    assert found.ambiguous
    assert found.date is None


@pytest.mark.parametrize(
    ("texts", "languages", "host", "order"),
    [
        (["03/04/2006", "28/03/2006"], ("en",), "", "dmy"),
        (["03/04/2006", "03/28/2006"], ("en",), "", "mdy"),
        (["05/12/2006", "04/11/2006", "03/10/2006", "02/09/2006"], ("en",), "", ""),
        (["09/05/2006", "07/05/2006", "12/04/2006", "05/04/2006", "01/03/2006"], ("en",), "", "dmy"),
        (["03/04/2006"], ("en",), "", ""),
        (["03/04/2006"], ("en",), "example.gov", "mdy"),
        (["03/04/2006"], ("en",), "example.co.uk", "dmy"),
        (["03/04/2006"], ("en-US", "en"), "", "mdy"),
        (["03/04/2006"], ("en-GB", "en"), "", "dmy"),
        (["03/04/2006"], ("fr", "en"), "", "dmy"),
        (["03.04.2006"], ("en",), "", "dmy"),
        (["nothing", "2006-05-08"], ("en",), "", ""),
    ],
)
def test_the_order_of_day_and_month_comes_from_all_dates_of_a_source(
    texts: list[str], languages: tuple[str, ...], host: str, order: str
) -> None:
    assert dateorder.infer(texts, Setting(NOW, languages), host) == order


def test_a_day_without_a_year_gets_it_from_its_heading_and_never_from_the_clock() -> None:
    found = dates.whole("12 March", Setting(NOW))
    assert found is not None
    assert found.date is None
    assert found.completed(2018).date == "2018-03-12"


def test_a_leap_day_is_not_completed_by_a_year_without_one() -> None:
    found = dates.whole("29 February", Setting(NOW))
    assert found is not None
    assert found.completed(2019).date is None


@given(st.text(max_size=120))
def test_no_text_whatever_is_too_much(text: str) -> None:
    for found in dates.find(text, Setting(NOW, ("th", "en"), "dmy")):
        assert 0 <= found.start < found.end <= len(text)


@given(st.dates(min_value=datetime(1950, 1, 1).date(), max_value=datetime(2027, 1, 1).date()))  # noqa: DTZ001 - a date
def test_every_day_written_out_is_read_back(day: object) -> None:
    for form in ("%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%A, %d %b %Y", "%d-%b-%Y"):
        found = dates.whole(day.strftime(form), Setting(NOW))  # type: ignore[attr-defined]
        assert found is not None
        assert found.date == str(day)
