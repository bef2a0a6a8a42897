"""CSV files as they come: encodings, separators, line ends, quotation marks that are not closed."""

from pathlib import Path

import pytest

from mail import csv_files
from mail.csv_files import Line
from state.errors import Misuse, UserError

PEOPLE = "email,topics\nsök@example.org,all\ndara@example.org,all\n"


def read(path: Path, content: bytes, encoding: str | None = None) -> list[Line]:
    path.write_bytes(content)
    return list(csv_files.lines(path, csv_files.encoding_of(path, encoding)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_an_encoding_is_found_by_its_mark(path: Path, encoding: str) -> None:
    found = read(path, PEOPLE.encode(encoding))

    assert [line.cells for line in found] == [
        ("email", "topics"),
        ("sök@example.org", "all"),
        ("dara@example.org", "all"),
    ]


def test_latin_1_without_a_word_is_refused_with_its_line(path: Path) -> None:
    with pytest.raises(UserError, match=r"people\.csv:2 is not utf-8 .*--encoding latin-1"):
        read(path, PEOPLE.encode("latin-1"))


def test_a_named_encoding_is_taken(path: Path) -> None:
    assert read(path, PEOPLE.encode("latin-1"), "latin-1")[1].cells[0] == "sök@example.org"


def test_utf_16_without_its_mark_is_refused_in_words(path: Path) -> None:
    with pytest.raises(UserError, match="UTF-16 without its mark"):
        read(path, PEOPLE.encode("utf-16-le"))


def test_an_encoding_that_does_not_exist_is_misuse(path: Path) -> None:
    with pytest.raises(Misuse, match="utf-9"):
        read(path, b"email\n", "utf-9")


def test_a_wrong_byte_far_down_is_found_before_the_first_row_is_given(path: Path) -> None:
    rows = b"".join(b"reader%d@example.org\n" % number for number in range(100_000))
    with pytest.raises(UserError, match=r"people\.csv:100002 is not utf-8"):
        read(path, b"email\n" + rows + b"s\xf6k@example.org\n")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found(path: Path, separator: str, end: str) -> None:
    text = end.join(["email,every".replace(",", separator), f'"sok@example.org"{separator}daily', ""])

    assert [line.cells for line in read(path, text.encode())] == [("email", "every"), ("sok@example.org", "daily")]


def test_a_separator_that_a_spreadsheet_names_on_top_is_taken(path: Path) -> None:
    found = read(path, b"sep=;\r\nemail;topics\r\nsok@example.org;a,b\r\n")

    assert [(line.first, line.cells) for line in found] == [
        (2, ("email", "topics")),
        (3, ("sok@example.org", "a,b")),
    ]


def test_empty_lines_are_passed_over_and_counted(path: Path) -> None:
    found = read(path, b"\n\nemail,topics\n\n,,\nsok@example.org,all\n")

    assert [line.first for line in found] == [3, 6]


def test_a_row_may_have_line_breaks_in_quotation_marks(path: Path) -> None:
    found = read(path, b'email,note\nsok@example.org,"one\ntwo"\ndara@example.org,\n')

    assert [(line.first, line.last, line.wrong) for line in found] == [(1, 1, ""), (2, 3, ""), (4, 4, "")]


def test_a_quotation_mark_that_is_not_closed_costs_its_own_row_only(path: Path) -> None:
    rest = "".join(f"reader{number}@example.org,all\n" for number in range(50_000))
    found = read(path, f'email,topics\n"sok@example.org,all\n{rest}'.encode())

    assert "not closed" in found[1].wrong
    assert found[1].first == 2
    assert len(found) == 50_002
    assert found[-1] == Line(50_002, 50_002, ("reader49999@example.org", "all"))


def test_a_quotation_mark_that_closes_far_below_costs_its_own_row_only(path: Path) -> None:
    rest = "".join(f"reader{number}@example.org,all\n" for number in range(30))
    found = read(path, f'email,note\nsok@example.org,"said\n{rest}dara@example.org,"\n'.encode())

    assert [line.first for line in found if line.wrong] == [2, 33]
    assert len(found) == 33


def test_words_after_a_quotation_mark_are_a_wrong_row(path: Path) -> None:
    found = read(path, b'email,topics\n"sok"@example.org,all\ndara@example.org,all\n')

    assert [bool(line.wrong) for line in found] == [False, True, False]


def test_an_empty_file_has_no_rows(path: Path) -> None:
    assert read(path, b"") == []
    assert read(path, b"\n\n") == []
