"""The keys that sign mails, on the command line."""

import stat

from tests.cli.conftest import Cli


def test_a_key_is_made_for_its_owner_alone_and_its_record_is_shown(tidings: Cli) -> None:
    made = tidings("mail", "dkim", "--create", "dkim.pem")

    assert stat.S_IMODE((tidings.folder / "dkim.pem").stat().st_mode) == 0o600
    assert made.stdout.startswith('news._domainkey.example.org. IN TXT "v=DKIM1; k=rsa; p=')
    assert all(len(string) <= 255 for string in made.stdout.split('"')[1::2])
    assert 'dkim_key = "dkim.pem"' in made.stderr

    again = tidings("mail", "dkim", "--create", "dkim.pem", expect=1)
    assert "never overwritten" in again.stderr


def test_the_records_of_the_keys_that_sign_are_those_that_were_shown_when_they_were_made(tidings: Cli) -> None:
    rsa = tidings("mail", "dkim", "--create", "r.pem", "--json").json["records"]
    edwards = tidings("mail", "dkim", "--create", "e.pem", "--ed25519", "--json").json["records"]
    tidings.environment |= {
        "TIDINGS_MAIL__DKIM_DOMAIN": "example.org",
        "TIDINGS_MAIL__DKIM_SELECTOR": "news",
        "TIDINGS_MAIL__DKIM_KEY": "r.pem",
        "TIDINGS_MAIL__DKIM_ED25519_SELECTOR": "news-ed",
        "TIDINGS_MAIL__DKIM_ED25519_KEY_FILE": "e.pem",
    }

    assert tidings("mail", "dkim", "--json").json["records"] == [*rsa, *edwards]


def test_without_a_key_it_is_said_how_to_get_one(tidings: Cli) -> None:
    assert "--create" in tidings("mail", "dkim", expect=1).stderr


def test_mail_is_refused_at_once_where_the_key_cannot_be_read(tidings: Cli) -> None:
    tidings.environment |= {"TIDINGS_MAIL__DKIM_KEY": "gone.pem", "TIDINGS_MAIL__DKIM_DOMAIN": "example.org",
                            "TIDINGS_MAIL__DKIM_SELECTOR": "news"}  # fmt: skip

    assert 'mail.dkim_key is "gone.pem"' in tidings("mail", "test", "sok@example.org", expect=1).stderr
