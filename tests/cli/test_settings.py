"""Tests of cli/settings.py and cli/keys.py: what is read, and what an error says."""

import tomllib
from pathlib import Path

import pytest

from cli import settings
from cli.app import App
from cli.keys import KEYS
from state.errors import Misuse


def written(folder: Path, text: str) -> Path:
    file = folder / "tidings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_every_key_has_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    found = settings.load(None, {})

    assert found.state == "sqlite:///tidings.db"
    assert found.mailing.connections == 4
    assert found.polling.every == 3600


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[poll]\nevery = "2h"\nallow = ["10.0.0.0/8"]\n[site]\ntitle = "Ours"\n')

    found = settings.load(
        file, {"TIDINGS_POLL__EVERY": "30m", "TIDINGS_POLL__ALLOW": '["127.0.0.0/8"]', "TIDINGS_STATE": "x"}
    )

    assert (found.polling.every, found.polling.allow, found.site.title) == (1800, ("127.0.0.0/8",), "Ours")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[poll]\nevry = '1h'\n", ":2: poll.evry is no key of ours; did you mean poll.every?"),
        ("[site]\n\ntitle = 5\n", ":3: site.title is 5; give text in quotes"),
        ("[site]\ntimezone = 'Mars/Olympus'\n", ':2: site.timezone is "Mars/Olympus"; give a time zone like'),
        ("[mail]\nsmtp = 'http://relay'\n", ':2: mail.smtp is "http://relay"; give "smtp://host:port"'),
        ("[mail]\ntls = 'maybe'\n", 'give one of "opportunistic", "required", "none"'),
        ("[poll]\nallow = ['10.0.0.1/8']\n", "has host bits set); give a list of networks"),
        ("[poll]\nallow = '10.0.0.0/8'\n", "give a list of networks, like"),
        ("[poll]\nevery = '0s'\n", "it cannot be 0"),
        ("[poll]\ntimeout = 0\n", "it cannot be 0"),
        ("[poll]\nevery = '999999999999d'\n", "at most 3650d"),
        ("[poll]\nproxy = 'socks5://proxy'\n", "http://proxy.example:3128"),
        ("[site]\nurl = 'https://me:secret@news.example.org'\n", "give the public address"),
        ("[site]\nurl = 'https://news example.org'\n", "give the public address"),
        ("[poll]\nevery = 'soon'\n", 'give a duration like "30s", "10m", "1h" or "2d"'),
        ("[web]\nport = 99999\n", "give a whole number from 0 to 65535"),
        ("[webb]\nport = 1\n", ":2: webb.port is no key of ours; did you mean web.port?"),
        ("[zzz]\nqqq = 1\n", "the sections are [site], [state]"),
        ("title = 'x'\n", ":1: title stands outside a section"),
        ("[site\n", "is no TOML"),
        ("[mail]\nsender = 'a@b.example\\r\\nBcc: all@example.org'\n", "give a mailbox like"),
        ("[site]\nurl = 'news.example.org'\n", "give the public address"),
    ],
)
def test_a_wrong_configuration_names_file_line_key_and_what_was_expected(tmp_path: Path, text: str, says: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(Misuse) as error:
        settings.load(file, {})

    assert str(file) in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("TIDINGS_POLL__EVERY", "soon", "environment variable TIDINGS_POLL__EVERY"),
        ("TIDINGS_POLL__ALLOW", "[127", "JSON list"),
        ("TIDINGS_SITE__NAME", "x", "site.name is no key of ours"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variable: str, value: str, says: str) -> None:
    with pytest.raises(Misuse, match=says.replace("[", r"\[")):
        settings.load(written(tmp_path, ""), {variable: value})


def test_a_variable_may_name_a_file_that_holds_the_value(tmp_path: Path) -> None:
    secret = tmp_path / "smtp"
    secret.write_text("smtp://news:s3cret@relay.example.org:587\n", encoding="utf-8")
    networks = tmp_path / "networks"
    networks.write_text('["127.0.0.0/8"]', encoding="utf-8")

    found = settings.load(
        written(tmp_path, "[mail]\nsmtp = 'smtp://localhost'\n"),
        {"TIDINGS_MAIL__SMTP_FILE": str(secret), "TIDINGS_POLL__ALLOW_FILE": str(networks)},
    )

    assert found.mailing.smtp == "smtp://news:s3cret@relay.example.org:587"
    assert found.polling.allow == ("127.0.0.0/8",)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"http://news:s3cret@relay\n", 'mail.smtp is nothing it can be; give "smtp://host:port"'),
        (b"[s3cret", "give a JSON list"),
        (b"\xff\xfe s3cret", "not UTF-8"),
        (b"s3cret" * 20_000, "larger than"),
        (None, "which cannot be read (No such file or directory)"),
    ],
)
def test_a_wrong_file_of_a_variable_is_named_and_its_secret_is_not_shown(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    secret = tmp_path / "smtp"
    if content is not None:
        secret.write_bytes(content)

    with pytest.raises(Misuse) as error:
        settings.load(written(tmp_path, ""), {"TIDINGS_MAIL__SMTP_FILE": str(secret)})

    assert "TIDINGS_MAIL__SMTP_FILE" in str(error.value)
    assert str(secret) in str(error.value)
    assert says in str(error.value)
    assert "s3cret" not in str(error.value)


def test_a_value_and_a_file_for_one_key_are_refused(tmp_path: Path) -> None:
    (tmp_path / "title").write_text("Ours", encoding="utf-8")

    with pytest.raises(Misuse, match="given twice"):
        settings.load(
            written(tmp_path, ""),
            {"TIDINGS_SITE__TITLE": "Theirs", "TIDINGS_SITE__TITLE_FILE": str(tmp_path / "title")},
        )


def test_a_source_cannot_be_read_at_most_less_often_than_at_least(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match=r"poll\.min_every is 86400s, longer than poll\.max_every, 3600s"):
        settings.load(written(tmp_path, "[poll]\nmin_every = '1d'\nmax_every = '1h'\n"), {})


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="cannot be read"):
        settings.load(tmp_path, {})


def test_a_file_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="does not exist"):
        settings.load(tmp_path / "none.toml", {})


def test_the_sample_file_is_valid_and_means_the_defaults(tmp_path: Path) -> None:
    plain = settings.load(written(tmp_path, ""), {})
    assert settings.load(written(tmp_path, settings.sample()), {}) == plain

    switched_on = "\n".join(
        line.removeprefix("#") if line.startswith("#") and not line.startswith("# ") else line
        for line in settings.sample().splitlines()
    )
    tomllib.loads(switched_on)
    assert settings.load(written(tmp_path, switched_on), {}) == plain


def test_every_key_is_explained() -> None:
    assert all(key.about.endswith(".") for key in KEYS)
    assert len({key.path for key in KEYS}) == len(KEYS)


def test_a_password_in_the_database_url_is_never_shown() -> None:
    app = App(None, "postgresql://news:secret@db.example/tidings", environment={})

    assert app.shown_url == "postgresql://news:***@db.example/tidings"
