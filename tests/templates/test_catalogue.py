"""Catalogues are complete, fit the texts, and need no code."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import nodes

from templates import catalogue, wording
from templates.catalogue import Text, texts
from templates.render import environment

_PLACE = re.compile(r"%\((\w+)\)s|%(?!\()")
TEMPLATES = Path(catalogue.__file__).parent


def forms(message: Message) -> tuple[str, ...]:
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def said_by(text: Text) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def messages(language: str) -> dict[Text, Message]:
    read = catalogue.read(catalogue.FOLDER / f"{language}.po")
    return {m.id if isinstance(m.id, str) else (m.id[0], m.id[1]): m for m in read if m.id}


def test_these_languages_are_there() -> None:
    assert catalogue.languages() == ("es", "fr", "km")


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_text_that_is_said_has_a_translation(language: str) -> None:
    have = messages(language)
    missing = [text for text in texts() if text not in have or not all(forms(have[text]))]
    assert missing == [], f"`python -m templates.catalogue {language}` adds them to the file"


@pytest.mark.parametrize("language", catalogue.languages())
def test_nothing_is_kept_that_nobody_says(language: str) -> None:
    assert set(messages(language)) - set(texts()) == set()


@pytest.mark.parametrize("language", catalogue.languages())
def test_translations_have_the_placeholders_of_their_texts(language: str) -> None:
    for text, message in messages(language).items():
        wanted = set(_PLACE.findall(said_by(text)[-1]))
        for form in forms(message):
            found = set(_PLACE.findall(form))
            assert found == wanted or found | {"n"} == wanted, f"{text!r}: {form!r}"
            assert "" not in found, f"a lone % in {form!r}"


@pytest.mark.parametrize("language", catalogue.languages())
def test_each_plural_has_as_many_forms_as_the_language(language: str) -> None:
    number = catalogue.read(catalogue.FOLDER / f"{language}.po").num_plurals
    for text, message in messages(language).items():
        assert len(forms(message)) == (1 if isinstance(text, str) else number), text


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("fr", 0, "0 nouveauté"),
        ("fr", 1, "1 nouveauté"),
        ("fr", 2, "2 nouveautés"),
        ("es", 0, "0 novedades"),
        ("es", 1, "1 novedad"),
        ("es", 2, "2 novedades"),
        ("km", 1, "ព័ត៌មានថ្មី 1"),
        ("km", 2, "ព័ត៌មានថ្មី 2"),
    ],
)
def test_the_plural_rule_is_the_languages_own(language: str, n: int, said: str) -> None:
    assert wording.words(language).count("%(n)s new", "%(n)s new", n) == said


def test_a_regional_form_uses_the_language_and_keeps_its_name() -> None:
    say = wording.words("fr-CA")
    assert (say.language, say("Unsubscribe")) == ("fr-CA", "Se désabonner")


def test_every_say_in_a_template_is_found_and_literal() -> None:
    """Jinja2 reads the templates itself: what it sees as a call must be in the list of texts."""
    known = texts()
    for file in sorted(TEMPLATES.rglob("*")):
        if file.suffix not in (".html", ".txt"):
            continue
        tree = environment().parse(file.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            match call.node:
                case nodes.Name(name="say"):
                    wanted = 1
                case nodes.Getattr(node=nodes.Name(name="say"), attr="count"):
                    wanted = 2
                case _:
                    continue
            literals = [arg.value for arg in call.args[:wanted] if isinstance(arg, nodes.Const)]
            assert len(literals) == wanted, f"{file.name}: say() with something else than a text"
            assert (literals[0] if wanted == 1 else tuple(literals)) in known, f"{file.name}: {literals}"


def test_code_marks_texts_that_are_said_elsewhere() -> None:
    assert "press release" in texts()
    assert ("Checked %(n)s page", "Checked %(n)s pages") in texts()
    assert texts()["press release"][0][0] == "templates/wording.py"


def test_another_language_is_a_file_and_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    assert catalogue.catalogue("sv") is None

    catalogue.main("sv")
    file = tmp_path / "sv.po"
    written = file.read_text(encoding="utf-8").replace(
        'msgid "Unsubscribe"\nmsgstr ""', 'msgid "Unsubscribe"\nmsgstr "Sluta"'
    )
    file.write_text(written, encoding="utf-8")
    catalogue.catalogue.cache_clear()
    try:
        made = catalogue.catalogue("sv")
        assert made is not None
        assert made.gettext("Unsubscribe") == "Sluta"
        assert made.gettext("Questions: %(contact)s") == "Questions: %(contact)s", "English where it has no word"
        catalogue.main("sv")
        assert '"Sluta"' in file.read_text(encoding="utf-8"), "what was translated stays"
    finally:
        catalogue.catalogue.cache_clear()


def test_kinds_are_named_in_the_language() -> None:
    assert wording.kind_name("press-release") == "press release"
    assert wording.kind_name("press-release", "fr") == "communiqué de presse"
    assert wording.kind_name("something-else", "fr") == "something else"
