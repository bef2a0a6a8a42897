"""Webhooks at the command line: added with a secret, listed without it, tried, removed."""

from tests.cli.conftest import Cli


def test_a_webhook_is_added_shown_tried_and_removed(tidings: Cli) -> None:
    added = tidings("webhook", "add", "http://127.0.0.1:9/hook", "--topic", "all?country=kh", "--json").json["webhook"]
    id, secret = added["id"], added["secret"]
    assert secret.startswith("whsec_")

    listed = tidings("webhook", "list")
    shown = tidings("webhook", "show", id)
    assert (id in listed.stdout, "all?country=KH" in listed.stdout) == (True, True)
    assert secret not in listed.stdout + shown.stdout + tidings("webhook", "list", "--json").stdout
    assert secret in tidings("webhook", "show", id, "--secret").stdout
    tried = tidings("webhook", "test", id, expect=1)
    assert "did not take it" in tried.stderr
    assert tidings("webhook", "resume", id).exit_code == 0

    assert "--yes" in tidings("webhook", "remove", id, expect=1).stderr
    tidings("webhook", "remove", id, "--yes")
    assert tidings("webhook", "list", "--json").json == {"webhooks": []}
    assert "webhook list" in tidings("webhook", "show", id, expect=1).stderr


def test_an_address_or_topic_that_cannot_be_meant_is_refused(tidings: Cli) -> None:
    assert "https://host" in tidings("webhook", "add", "ftp://example.org/", expect=2).stderr
    assert "topic list" in tidings("webhook", "add", "https://example.org/", "--topic", "nothing", expect=1).stderr
