"""Templates of the admin, by command line."""

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Cli
from tests.cli.samples import NOTICES

Write = Callable[[str, str], Path]


def test_a_preview_shows_where_a_template_is_wrong_and_a_send_goes_with_ours(tidings: Cli, documents: Write) -> None:
    own = tidings.folder / "own"
    own.mkdir()
    tidings.environment["TIDINGS_DIGESTS__TEMPLATES"] = "own"
    tidings("subscriber", "add", "reader@example.org", "--topic", "all", "--every", "now", "--confirmed")
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--as-new", "--yes")
    (own / "digest.txt").write_text("{{ subject }}\n{{ cycler.__init__.__globals__ }}\n", encoding="utf-8")

    refused = tidings("digest", "preview", "--topic", "all", expect=1)
    assert "own/digest.txt:2 is refused" in refused.stderr
    assert "Traceback" not in refused.stderr

    assert tidings("digest", "send", "--now", "--json").json["delivery"] == {"accepted": 1}
    (alarm,) = tidings("status", "--json").json["alarms"]
    assert (alarm["kind"], alarm["asks"]) == ("templates", "tidings digest preview --topic all")
    assert "own/digest.txt:2 is refused" in alarm["message"]
    assert "own/digest.txt:2" in tidings("status", expect=None).stdout

    (own / "digest.txt").write_text("In our words: {{ headlines[0].title }}\n{{ links.unsubscribe }}\n", "utf-8")
    assert "In our words: " in tidings("digest", "preview", "--topic", "all").stdout
