"""Sources and topics declared in a file: shown first, put in force once, written back."""

import asyncio
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.samples import LISTING, NOTICES
from tests.fakes.site import Site

Write = Callable[[str, str], Path]
FILE = """\
[[source]]
id = "mill"
where = "documents"
every = "6h"
language = "en"
country = "lx"
title = "The tidal mill"
timezone = "Europe/Lisbon"
base_url = "https://mill.example/notices"

[[topic]]
id = "safety"
title = "Safety"
titles = { fr = "Sécurité" }
any = ["safety", "stones"]

[[topic]]
id = "grain"
title = "Grain"
any = ["grain*"]
none = ["grain of sand"]

[[country]]
code = "PT"
names = ["Portugal"]
places = ["Lisbon"]
"""


@pytest.fixture
def file(tidings: Cli, documents: Write) -> Path:
    """A declaration of a folder, two topics and a country."""
    documents("notices.txt", NOTICES)
    path = tidings.folder / "service.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_dry_run_shows_the_difference_and_stores_nothing(tidings: Cli, file: Path) -> None:
    done = tidings("apply", str(file), "--dry-run")

    for line in ("+ source mill: ", "+ topic safety: Safety", "+ topic grain: Grain", "+ country PT: Portugal"):
        assert line in done.stdout
    assert tidings("source", "list", "--json").json["sources"] == []
    assert tidings("topic", "list", "--json").json["topics"] == []


def test_what_is_declared_is_watched_and_mails_nobody(tidings: Cli, file: Path) -> None:
    tidings("subscriber", "add", "reader@example.org", "--topic", "all", "--every", "now", "--confirmed")

    done = tidings("apply", str(file))

    assert "watching mill: 2 entries" in done.stdout
    source = tidings("source", "show", "mill", "--json").json["source"]
    assert (source["every"], source["country"], source["title"]) == (21600, "LX", "The tidal mill")
    assert (source["timezone"], source["base_url"]) == ("Europe/Lisbon", "https://mill.example/notices")
    assert {t["id"]: t["entries"] for t in tidings("topic", "list", "--json").json["topics"]} == {
        "safety": 1,
        "grain": 1,
    }
    assert "planned 0 messages" in tidings("run", "--once").stdout


def test_a_second_time_there_is_nothing_to_do(tidings: Cli, file: Path) -> None:
    tidings("apply", str(file))

    again = tidings("apply", str(file))

    assert again.stdout == "nothing to do: all 4 are as declared\n"


def test_an_export_declares_what_is_there(tidings: Cli, file: Path) -> None:
    tidings("apply", str(file))
    tidings("export", "all.toml")

    assert "nothing to do" in tidings("apply", "all.toml", "--remove").stdout
    written = tomllib.loads((tidings.folder / "all.toml").read_text(encoding="utf-8"))
    assert [topic["id"] for topic in written["topic"]] == ["safety", "grain"], "in the order of the first file"
    assert "stays as it is" in tidings("export", "all.toml", expect=1).stderr
    tidings("export", "all.toml", "--yes")

    tidings.environment["TIDINGS_STATE"] = "sqlite:///other.db"
    tidings("init")
    tidings("apply", "all.toml")
    tidings("export", "other.toml")
    assert (tidings.folder / "other.toml").read_text("utf-8") == (tidings.folder / "all.toml").read_text("utf-8")


def test_changes_are_named_field_by_field_and_the_rest_is_left_alone(tidings: Cli, file: Path) -> None:
    tidings("apply", str(file))
    tidings("topic", "add", "extra", "--title", "Extra", "--any", "apprentice*")
    changed = (
        FILE.replace('every = "6h"', 'every = "1h"').replace('"stones"', '"sleeve"').replace('language = "en"\n', "")
    )
    file.write_text(changed.replace('title = "The tidal mill"', 'title = "The old mill"'), encoding="utf-8")

    done = tidings("apply", str(file))

    assert "~ source mill: every 21600 becomes 3600" in done.stdout
    assert "~ source mill: title 'The tidal mill' becomes 'The old mill'" in done.stdout
    assert "~ topic safety: any +'sleeve' -'stones'" in done.stdout
    assert "topic extra is not in the file and stays" in done.stdout
    assert tidings("source", "show", "mill", "--json").json["source"]["every"] == 3600
    assert "The old mill" in tidings("feed", "show", "all").stdout
    assert "nothing to do" in tidings("apply", str(file)).stdout


def test_only_remove_removes_and_only_after_a_yes(tidings: Cli, file: Path) -> None:
    tidings("apply", str(file))
    only = tidings.folder / "only.toml"
    only.write_text('[[topic]]\nid = "grain"\ntitle = "Grain"\nany = ["grain*"]\nnone = ["grain of sand"]\n', "utf-8")

    assert "- source mill" in tidings("apply", str(only), "--remove", "--dry-run").stdout
    assert "--yes" in tidings("apply", str(only), "--remove", expect=1).stderr
    assert len(tidings("source", "list", "--json").json["sources"]) == 1
    done = tidings("apply", str(only), "--remove", "--yes", "--json").json

    assert done["removed"] == [{"what": "source", "id": "mill"}, {"what": "topic", "id": "safety"}]
    assert tidings("source", "list", "--json").json["sources"] == []
    assert [t["id"] for t in tidings("topic", "list", "--json").json["topics"]] == ["grain"]
    assert len(tidings("entry", "list", "--json").json["entries"]) == 2, "entries stay"


async def test_one_source_that_cannot_be_read_does_not_keep_the_others_out(tidings: Cli) -> None:
    async with Site() as site:
        site.puts("/news", LISTING)
        file = tidings.folder / "two.toml"
        names = (("gone", "/gone"), ("news", "/news"))
        file.write_text("".join(f'[[source]]\nid = "{id}"\nwhere = "{site.url(p)}"\n' for id, p in names), "utf-8")
        done = await asyncio.to_thread(tidings, "apply", str(file), expect=1)

    assert "watching news: 3 entries" in done.stdout
    assert "source gone:" in done.stderr
    assert "404" in done.stderr
    assert [source["id"] for source in tidings("source", "list", "--json").json["sources"]] == ["news"]


def test_another_address_under_a_known_id_is_a_fault(tidings: Cli, file: Path) -> None:
    tidings("apply", str(file))
    file.write_text(FILE.replace('"documents"', '"elsewhere"'), encoding="utf-8")

    done = tidings("apply", str(file), expect=1)

    assert "source mill is watched at" in done.stderr
    assert "another id" in done.stderr
    assert tidings("source", "show", "mill", "--json").json["source"]["where"].endswith("documents")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[[source]]\nid = "a"\nwhere = "x"\nevry = "1h"\n', 4, "did you mean every"),
        ('[[source]]\nid = "a"\nwhere = "x"\nevery = "often"\n', 4, "duration"),
        ('[[source]]\nid = "a"\nwhere = "x"\nevery = "0s"\n', 4, "duration"),
        ('[[source]]\nid = "a"\n\n[[source]]\nid = "b"\nwhere = "x"\n', 1, "no where"),
        ('[[source]]\nid = "A b"\nwhere = "x"\n', 2, "A b"),
        ('[[source]]\nid = "a"\nwhere = "ftp://example.org/"\n', 3, "http"),
        ('[[source]]\nid = "a"\nwhere = "x"\n[[source]]\nid = "a"\nwhere = "y"\n', 4, "give it once"),
        ('[[source]]\nid = "a"\nwhere = "x"\ntimezone = "Mars/Olympus"\n', 4, "time zone"),
        ('[[source]]\nid = "a"\nwhere = "x"\ncountry = "Portugal"\n', 4, "two letters"),
        ('[[topic]]\nid = "all"\ntitle = "All"\n', 2, "reserved"),
        ('[[topic]]\nid = "a"\ntitle = ""\n', 3, "readers see"),
        ('[[topic]]\nid = "a"\ntitle = "A"\nany = [\n "fine",\n "a ~99 b",\n]\n', 4, "~99"),
        ('[[topic]]\nid = "a"\ntitle = "A"\nany = "word"\n', 4, "list of texts"),
        ('[[topic]]\nid = "a"\ntitle = "A"\ntitles = { Klingonese-x-y-z = 3 }\n', 4, "table of texts"),
        ('[[country]]\ncode = "PT"\n', 1, "no names"),
        ('colour = "red"\n', 1, "[[source]]"),
        ('[source]\nid = "a"\n', 1, "[[source]]"),
        ('[[source]]\nid = "a\n', 2, "no TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_line(tidings: Cli, text: str, line: int, says: str) -> None:
    file = tidings.folder / "wrong.toml"
    file.write_text(text, encoding="utf-8")

    done = tidings("apply", str(file), expect=2)

    assert f"wrong.toml:{line}:" in done.stderr or f"line {line}" in done.stderr
    assert says in done.stderr


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"a = [" + b"[" * 20_000, b""])
def test_files_of_any_kind_are_answered_in_words(tidings: Cli, body: bytes) -> None:
    file = tidings.folder / "odd.toml"
    file.write_bytes(body)

    done = tidings("apply", str(file), expect=2 if body else 0)

    assert "odd.toml" in done.stderr or "nothing to do" in done.stdout


def test_the_shipped_example_is_readable(tidings: Cli) -> None:
    example = Path(__file__).parent.parent.parent / "examples" / "ilo-cambodia" / "service.toml"

    found = tidings("apply", str(example), "--dry-run", "--json").json

    assert (len(found["added"]["sources"]), len(found["added"]["topics"])) == (3, 23)
