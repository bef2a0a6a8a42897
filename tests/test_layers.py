"""The house keeps its shape: arrows point down, one importer per foreign library, no cycles, our names are ours."""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEVELS = {"cli": 4, "scheduler": 3, "web": 3, "feeds": 2, "mail": 2, "templates": 1, "state": 0}
ONE_IMPORTER = ("feedgen", "apscheduler", "jinja2", "aiosmtplib", "selectolax")
FILES = [file for package in LEVELS for file in sorted((ROOT / package).rglob("*.py"))]


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(file): file for file in FILES}


def imports(file: Path, *, typing_too: bool = True) -> Iterator[str]:
    """Every module that a file names in an import, wherever in the file it stands."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typing_only: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            typing_only.update(inner for child in node.body for inner in ast.walk(child))
    for node in ast.walk(tree):
        if node in typing_only and not typing_too:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute here"
            assert node.module is not None
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_imports_point_down_only(file: Path) -> None:
    own = file.relative_to(ROOT).parts[0]
    for imported in imports(file):
        package = imported.split(".")[0]
        if package in LEVELS and package != own:
            assert LEVELS[package] < LEVELS[own], f"{name_of(file)} imports {imported}"


@pytest.mark.parametrize("library", ONE_IMPORTER)
def test_a_card_library_has_one_importing_module(library: str) -> None:
    importers = {name_of(file) for file in FILES for name in imports(file) if name.split(".")[0] == library}

    assert len(importers) == 1, importers


def test_sql_lives_only_in_state() -> None:
    """Elsewhere a function may name the type of the connection that it hands on, nothing more."""
    for file in FILES:
        if name_of(file).startswith("state"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not {alias.name.split(".")[0] for alias in node.names} & {"sqlalchemy", "alembic"}, file
            elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("sqlalchemy", "alembic"):
                assert {alias.name for alias in node.names} == {"Connection"}, f"{name_of(file)}:{node.lineno}"


def test_no_module_imports_itself_through_others_even_lazily() -> None:
    graph = {name: {found for found in imports(file) if found in MODULES} for name, file in MODULES.items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join([*path[path.index(name) :], name])
        if name not in done:
            for other in sorted(graph[name] - {name}):
                visit(other, (*path, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_every_file_says_what_it_is_for_and_stays_readable(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert ast.get_docstring(ast.parse(text)), f"{file} has no docstring"
    assert text.count("\n") <= 450, f"{file} does more than one job"


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_functions_are_short(file: Path) -> None:
    if "migrations/versions" in file.as_posix():
        return  # a migration lists tables
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
            assert length <= 60, f"{name_of(file)}.{node.name} has {length} lines"


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_only_the_edges_ask_the_clock(file: Path) -> None:
    if name_of(file).startswith(("cli", "web")) or name_of(file) == "scheduler.worker":
        return
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("now", "utcnow", "today")
            and isinstance(node.value, ast.Name)
        ):
            assert node.value.id not in ("datetime", "date"), f"{name_of(file)}:{node.lineno} asks the clock"


def test_no_other_distribution_ships_our_package_names() -> None:
    for distribution in distributions():
        if distribution.name == "tidings":
            continue
        shipped = {Path(str(file)).parts[0].removesuffix(".py") for file in distribution.files or ()}
        assert not shipped & LEVELS.keys(), f"{distribution.name} ships {shipped & LEVELS.keys()}"


# Names of formats, and addresses that stand for none.
NAMESPACES = (
    "www.w3.org", "purl.org", "search.yahoo.com", "jsonfeed.org", "www.itunes", "www.georss.org", "wellformedweb.org",
    "opml.org", "schema.org",
)  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_nothing_in_the_code_names_a_site(file: Path) -> None:
    hosts = re.findall(r"https?://([A-Za-z0-9.-]+)", file.read_text(encoding="utf-8"))
    named = [host for host in hosts if not host.startswith(NAMESPACES)]

    assert all(host.startswith("127.0.0.1") or ".example" in f".{host}" for host in named), named
