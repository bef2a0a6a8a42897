"""The example services can be put in force as their files stand."""

import tomllib
from pathlib import Path

import pytest

from tests.docs.conftest import Reader
from tests.docs.pages import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*/service.toml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.parent.name)
def test_an_example_is_understood_by_apply(reader: Reader, file: Path) -> None:
    declared = tomllib.loads(file.read_text(encoding="utf-8"))
    reader.types("tidings init")

    printed = reader.types(f"tidings apply {file} --dry-run")

    names = [one["id"] for one in (*declared["source"], *declared["topic"])]
    assert names
    assert not [name for name in names if name not in printed]
    assert "[]" in reader.types("tidings topic list --json"), "a dry run stores nothing"


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.parent.name)
def test_addresses_that_nobody_has_seen_answer_are_marked_so(file: Path) -> None:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("where = "):
            assert line.endswith("# not seen to answer"), line
