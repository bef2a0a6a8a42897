"""The documents of the project, and what stands in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
WRITTEN = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md")))


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page. language: "sh", "text", …; "" for one that is only indented."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Fenced blocks (also in a list, moved in by a few spaces) and those that are only indented, in order."""
    found: list[Block] = []
    lines: list[str] = []
    language: str | None = None
    inset, before = 0, ""
    fenced = False
    for line in [*page.read_text(encoding="utf-8").splitlines(), ""]:
        fence = re.fullmatch(r"( {0,3})```(\w*)", line)
        if language is not None and (fence if fenced else not line.startswith("    ")):
            found.append(Block(language, "\n".join(lines) + "\n"))
            language, lines = None, []
        elif language is not None:
            lines.append(line[inset:])
        elif fence:
            language, inset, fenced = fence[2], len(fence[1]), True
        elif line.startswith("    ") and before == "":
            language, inset, fenced, lines = "", 4, False, [line[4:]]
        before = line
    return found


def command_lines(page: Path) -> Iterator[str]:
    """Every line that calls `tidings`: in blocks, and between backquotes in the running text."""
    for block in blocks(page):
        if block.language in ("sh", ""):
            for line in block.text.replace("\\\n", " ").splitlines():
                if re.match(r"(\S+/)?tidings\s", line) or " tidings " in line:
                    yield line
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"`(tidings [^`\n]+)`", prose)
