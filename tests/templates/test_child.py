"""A template of the admin gets its values and nothing else, and is refused with its line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from state.errors import UserError
from templates.own import MAX_SOURCE, Written, filled, read

VALUES: dict[str, object] = {
    "subject": "2 new: Grain & fees",
    "chapters": [{"title": "Harvest", "entries": [{"title": "<b>Grain</b>", "url": "https://press.example.org/1"}]}],
}
GOOD = """<h1>{{ subject }}</h1>
{% for chapter in chapters %}
{% for entry in chapter.entries %}
<a href="{{ entry.url }}">{{ entry.title }}</a>
{% endfor %}
{% endfor %}
"""

REFUSED = (
    # what is wrong, the template, its line (0: cannot be told), what is said
    ("a name that is none", "\n\n{{ nothing }}", 3, "'nothing' is undefined"),
    ("a field that is none", "\n{{ chapters[0].nothing }}", 2, "has no attribute 'nothing'"),
    ("no Jinja", "<p>\n<p>\n{% if %}", 3, "Expected an expression"),
    ("no end", "\n{% for one in chapters %}", 2, "Unexpected end of template"),
    ("no filter", "\n{{ subject | nothing }}", 2, "No filter named 'nothing'"),
    ("a long loop", "\n{% for i in range(10**9) %}x{% endfor %}", 2, "Range too big"),
    ("much memory", "\n{{ 'x' * 10**10 }}", 2, "too much memory"),
    ("a wide number", "\n{{ '%99999999999d' % 1 }}", 2, "too much memory"),
    ("much output", "<p>\n{% for i in range(99999) %}{{ 'x' * 1000 }}{% endfor %}", 2, "more than 1,000,000 char"),
    ("one large piece", "\n{{ subject * 100000 }}", 2, "more than 1,000,000 char"),
    ("classes", "\n{{ ''.__class__.__mro__ }}", 2, "access to attribute '__class__'"),
    ("subclasses", "{{ ().__class__.__base__.__subclasses__() }}", 1, "access to attribute '__class__'"),
    ("a class by filter", "\n{{ '' | attr('__class__') }}", 2, "access to attribute '__class__'"),
    ("a class by format", "\n{{ '{0.__class__}'.format(subject) }}", 2, "access to attribute '__class__'"),
    ("globals of a class", "\n{{ cycler.__init__.__globals__ }}", 2, "access to attribute '__init__'"),
    ("globals of a function", "\n{{ lipsum.__globals__ }}", 2, "access to attribute '__globals__'"),
    ("the context", "\n{{ self._TemplateReference__context }}", 2, "is unsafe"),
    ("changing a value", "\n{{ chapters.append(1) }}", 2, "access to attribute 'append'"),
    ("another file", "\n\n{% include '/etc/passwd' %}", 3, "another file, '/etc/passwd'"),
    ("a base", "{% extends 'mail/base.html' %}", 1, "another file, 'mail/base.html'"),
    ("an import", "\n{% import 'os' as os %}", 2, "another file, 'os'"),
    ("a macro without end", "{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", 1, "RecursionError"),
    ("half a character", "{{ '\\ud83d' }}", 0, "U+D83D"),
    ("a NUL", "\n{{ '\\x00' }}", 0, "line 2 of what it writes has U+0000"),
    ("deep brackets", "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", 0, "RecursionError"),
)


def refusal(source: str, name: str = "digest.html") -> str:
    with pytest.raises(UserError) as error:
        filled(Written(f"own/{name}", source), VALUES)
    return str(error.value)


def test_a_good_one_is_filled_and_html_is_escaped() -> None:
    assert filled(Written("own/digest.html", GOOD), VALUES) == (
        '<h1>2 new: Grain &amp; fees</h1>\n<a href="https://press.example.org/1">&lt;b&gt;Grain&lt;/b&gt;</a>\n'
    )


def test_text_is_not_escaped_and_has_our_line_ends() -> None:
    assert filled(Written("own/digest.txt", "{{ subject }}\r\nបាយ\n"), VALUES) == "2 new: Grain & fees\nបាយ\n"


@pytest.mark.parametrize(("source", "line", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_bad_one_is_refused_with_its_line_and_what_to_do(source: str, line: int, said: str) -> None:
    refused = refusal(source)

    assert refused.startswith(f"template own/digest.html{f':{line}' if line else ''} is refused: "), refused
    assert said in refused
    assert refused.endswith("; try it with `tidings digest preview --topic all`")


def test_one_that_does_not_end_is_stopped() -> None:
    nested = "\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"

    refused = refusal(nested)

    assert refused.startswith("template own/digest.html")
    assert "let it do less" in refused


def test_one_that_never_comes_back_from_a_single_step_is_killed() -> None:
    refused = refusal("{{ (7 ** (7 ** 9)) % 10 }}", "digest.txt")

    assert refused.startswith("template own/digest.txt")
    assert "let it do less" in refused


def test_the_child_does_not_see_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for everything that a template can name."""
    monkeypatch.setenv("TIDINGS_MAIL__SMTP", "smtp://user:hunter2@mail.example.org")

    shown = filled(Written("own/digest.txt", "{{ range }} {{ dict }} {{ subject }} {{ self }}"), VALUES)

    assert "Grain" in shown
    assert "hunter2" not in shown


def test_a_folder_called_templates_where_we_run_is_no_code_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "__init__.py").write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert filled(Written("own/digest.txt", "{{ subject }}"), VALUES) == "2 new: Grain & fees"


def test_the_child_speaks_json_and_ends() -> None:
    order = {"name": "digest.txt", "source": "{{ one }}", "values": {"one": 1}}
    done = subprocess.run(
        [sys.executable, "-m", "templates.child"],
        input=json.dumps(order).encode(),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        timeout=30,
    )
    assert json.loads(done.stdout) == {"text": "1"}


# ---- the folder ----


def test_no_folder_is_none_of_the_admins() -> None:
    assert read("") == {}


def test_one_of_the_two_is_enough(tmp_path: Path) -> None:
    (tmp_path / "digest.txt").write_text("{{ subject }}", encoding="utf-8")

    assert read(str(tmp_path)) == {"digest.txt": Written(str(tmp_path / "digest.txt"), "{{ subject }}")}


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (None, "neither digest.html nor digest.txt is"),
        ("déjà".encode("latin-1"), "cannot be read (not UTF-8)"),
        (b"x" * (MAX_SOURCE + 1), "more than 262,144 bytes"),
    ],
    ids=["absent", "not UTF-8", "too long"],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, octets: bytes | None, said: str) -> None:
    if octets is not None:
        (tmp_path / "digest.html").write_bytes(octets)
    with pytest.raises(UserError) as error:
        read(str(tmp_path))
    assert said in str(error.value)
    assert str(tmp_path) in str(error.value)


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "digest.html").mkdir()
    with pytest.raises(UserError, match="cannot be read"):
        read(str(tmp_path))
