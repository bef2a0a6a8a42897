"""The house keeps its shape: arrows point down, one importer per foreign library, no cycles, our names are ours."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEVELS = {"cli": 4, "scheduler": 3, "web": 3, "feeds": 2, "mail": 2, "templates": 1, "state": 0}
ONE_IMPORTER = ("feedgen", "apscheduler", "jinja2", "aiosmtplib", "selectolax")
LONGEST_FILE, LONGEST_FUNCTION = 450, 60  # lines


@dataclass(frozen=True)
class Module:
    """A file of ours, read and parsed once for all rules."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(ast.parse(self.text)))

    @property
    def package(self) -> str:
        return self.name.split(".")[0]

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """Every module that is named in an import, wherever in the file it stands."""
        return tuple(self._imports())

    def _imports(self) -> Iterator[str]:
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.module is not None, f"{self.name}: imports are absolute here"
                assert node.level == 0, f"{self.name}: imports are absolute here"
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield inner if inner in NAMES else node.module


def _name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = [Module(_name_of(file), file) for package in LEVELS for file in sorted((ROOT / package).rglob("*.py"))]
NAMES = frozenset(module.name for module in MODULES)


def test_imports_point_down_only() -> None:
    assert [
        f"{module.name} imports {imported}"
        for module in MODULES
        for imported in module.imports
        if (other := imported.split(".")[0]) in LEVELS
        and other != module.package
        and LEVELS[other] >= LEVELS[module.package]
    ] == []


@pytest.mark.parametrize("library", ONE_IMPORTER)
def test_a_card_library_has_one_importing_module(library: str) -> None:
    importers = {module.name for module in MODULES for name in module.imports if name.split(".")[0] == library}

    assert len(importers) == 1, importers


def test_sql_lives_only_in_state() -> None:
    """Elsewhere a function may name the type of the connection that it hands on, nothing more."""
    assert [
        f"{module.name}:{node.lineno}"
        for module in MODULES
        if module.package != "state"
        for node in module.nodes
        if (
            isinstance(node, ast.Import)
            and {alias.name.split(".")[0] for alias in node.names} & {"sqlalchemy", "alembic"}
        )
        or (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").split(".")[0] in ("sqlalchemy", "alembic")
            and {alias.name for alias in node.names} != {"Connection"}
        )
    ] == []


def test_no_module_imports_itself_through_others_even_lazily() -> None:
    graph = {module.name: sorted(NAMES.intersection(module.imports) - {module.name}) for module in MODULES}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join([*path[path.index(name) :], name])
        if name not in done:
            for other in graph[name]:
                visit(other, (*path, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_every_file_says_what_it_is_for() -> None:
    assert [module.name for module in MODULES if not ast.get_docstring(ast.parse(module.text))] == []


def test_no_file_does_more_than_one_job() -> None:
    assert [module.name for module in MODULES if module.text.count("\n") > LONGEST_FILE] == []


def test_functions_are_short() -> None:
    """But for migrations, which list tables."""
    assert [
        f"{module.name}.{node.name} has {length} lines"
        for module in MODULES
        if not module.name.startswith("state.migrations.versions")
        for node in module.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.body[0].lineno + 1) > LONGEST_FUNCTION
    ] == []


def test_only_the_edges_ask_the_clock() -> None:
    assert [
        f"{module.name}:{node.lineno} asks the clock"
        for module in MODULES
        if module.package not in ("cli", "web") and module.name != "scheduler.worker"
        for node in module.nodes
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    ] == []


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


def test_nothing_in_the_code_names_a_site() -> None:
    assert [
        f"{module.name} names {host}"
        for module in MODULES
        for host in re.findall(r"https?://([A-Za-z0-9.-]+)", module.text)
        if not host.startswith((*NAMESPACES, "127.0.0.1")) and ".example" not in f".{host}"
    ] == []
