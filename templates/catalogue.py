"""Catalogues of words: which texts there are, and what a language says for them.

A language is one file, templates/locale/LANGUAGE.po (gettext), and no code: it is
read when it is first needed and compiled in memory, so that nothing built lies
about and a changed file counts at the next start. `python -m templates.catalogue
LANGUAGE` adds the texts that a file lacks and drops those that nobody says any more.
"""

import ast
import gettext
import io
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeAlias

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).parent / "locale"
ROOT = Path(__file__).parent.parent
Text: TypeAlias = str | tuple[str, str]  # one form, or singular and plural

_LITERAL = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_SAID = re.compile(rf"\bsay(?:\.count)?\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})?)")


def languages() -> tuple[str, ...]:
    """Languages that have a catalogue, beside English."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.po")))


@cache
def catalogue(language: str) -> gettext.GNUTranslations | None:
    """The compiled catalogue of a language ("fr", "pt_BR"), None where there is none."""
    file = FOLDER / f"{language}.po"
    if language not in languages():
        return None
    compiled = io.BytesIO()
    write_mo(compiled, read(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale=file.stem)


# ---- for those who translate ----


def texts() -> dict[Text, list[tuple[str, int]]]:
    """Every text that templates and code say, with the places (file, line). Reads the source files."""
    found: dict[Text, list[tuple[str, int]]] = {}
    for package in ("templates", "mail", "web"):
        for file in sorted((ROOT / package).rglob("*")):
            if file.suffix in (".html", ".txt"):
                said = _in_template(file.read_text(encoding="utf-8"))
            elif file.suffix == ".py":
                said = _in_code(file.read_text(encoding="utf-8"))
            else:
                continue
            for line, text in said:
                found.setdefault(text, []).append((file.relative_to(ROOT).as_posix(), line))
    return found


def _in_template(source: str) -> Iterator[tuple[int, Text]]:
    for call in _SAID.finditer(source):
        literals = ast.literal_eval(f"[{call[1]}]")
        several = source.startswith("say.count", call.start())
        text = (literals[0], literals[1]) if several else literals[0]
        yield source.count("\n", 0, call.start()) + 1, text


def _in_code(source: str) -> Iterator[tuple[int, Text]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        strings = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        match node.func:
            case ast.Attribute(attr="count", value=ast.Name(id="say")) if len(strings) > 1:
                yield node.lineno, (strings[0], strings[1])
            case ast.Name(id="say" | "text") | ast.Call(func=ast.Name(id="words")) if strings:
                yield node.lineno, strings[0]


def updated(language: str) -> Catalog:
    """The catalogue of a language with exactly the texts there are; new ones are empty."""
    file = FOLDER / f"{language}.po"
    old = read(file) if file.exists() else Catalog(locale=Locale.parse(language))
    comment = f"# What tidings says in {language}. Placeholders like %(site)s stay as they are."
    new = Catalog(locale=old.locale, project="tidings", charset="utf-8", fuzzy=False, header_comment=comment)
    new.creation_date = old.creation_date
    for text, places in sorted(texts().items(), key=lambda one: one[1][0]):
        known = old.get(text if isinstance(text, str) else text[0])
        new.add(
            text,
            known.string if known else None,
            locations=[(name, 0) for name in dict.fromkeys(name for name, _ in places)],
        )
    return new


def main(language: str) -> None:
    """Write the catalogue of a language anew; what it lacks is left empty for whoever translates."""
    made = updated(language)
    with (FOLDER / f"{language}.po").open("wb") as file:
        write_po(file, made, width=120, include_lineno=False)
    missing = sum(1 for message in made if message.id and not all(_forms(message)))
    print(f"{language}: {len(made)} texts, {missing} without a translation")


def _forms(message: Message) -> tuple[str, ...]:
    """The translations of a text: one for each plural form of the language."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


if __name__ == "__main__":
    main(sys.argv[1])
