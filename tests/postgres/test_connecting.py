"""What a server refuses, and what it holds: each fault says what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.engine import make_url

from state import publications, schema, stoplist
from state.errors import UserError
from state.migrate import check, migrate
from state.store import Store, lies_beside, open_store
from tests.postgres.databases import Databases
from tests.postgres.server import OWNER


def refusal(url: str) -> str:
    """What the first look at a database is answered with."""
    store = open_store(url)
    with pytest.raises(UserError) as refused:
        migrate(store)
    store.close()
    return str(refused.value)


def by_tcp(postgres: Databases, name: str, *, user: str = OWNER, password: str = "", port: str = "") -> str:
    asked = make_url(postgres.url(name))
    if "port" not in asked.query:
        pytest.skip("the server of TEST_PG_DSN has its own ways in")
    said = port or str(asked.query["port"])
    return f"postgresql://{user}:{password}@127.0.0.1:{said}/{name}"


def test_a_server_that_is_not_there_is_named_without_its_password(postgres: Databases) -> None:
    said = refusal(by_tcp(postgres, "tidings", password="geheim", port="1"))
    assert "cannot be reached" in said
    assert "state.url" in said
    assert "127.0.0.1:1/tidings" in said
    assert "geheim" not in said


def test_a_host_that_no_name_server_knows_says_so() -> None:
    assert "cannot be reached" in refusal("postgresql://me@db.invalid/tidings")


def test_a_wrong_password_says_what_to_correct(postgres: Databases, empty: str) -> None:
    said = refusal(by_tcp(postgres, empty, password="wrong"))
    assert "user or password is wrong" in said
    assert "wrong@" not in said


def test_an_unknown_user_says_what_to_correct(postgres: Databases, empty: str) -> None:
    assert "user or password is wrong" in refusal(by_tcp(postgres, empty, user="nobody", password="x"))


def test_a_database_that_is_missing_says_how_to_make_it(postgres: Databases) -> None:
    assert "createdb" in refusal(postgres.url("tidings_missing"))


def test_a_database_without_our_tables_says_migrate(postgres: Databases, empty: str) -> None:
    store = open_store(postgres.url(empty))
    with pytest.raises(UserError, match="tidings migrate"):
        check(store)
    store.close()


def test_a_user_who_may_not_create_tables_says_which_right_is_missing(postgres: Databases, empty: str) -> None:
    role = f"{empty}_reader"
    postgres.run(f"CREATE ROLE {role} LOGIN")
    try:
        url = make_url(postgres.url(empty)).set(username=role).render_as_string(hide_password=False)
        if make_url(url).host:
            pytest.skip("the server of TEST_PG_DSN asks the new user for a password")
        assert "ALTER DATABASE" in refusal(url)
    finally:
        postgres.run(f"DROP ROLE {role}")


def test_a_database_that_cannot_hold_every_script_is_refused(postgres: Databases) -> None:
    name = postgres.empty(encoding="LATIN1")
    try:
        assert "createdb -E UTF8" in refusal(postgres.url(name))
    finally:
        postgres.drop(name)


def test_connections_that_the_server_dropped_are_replaced(store: Store, postgres: Databases) -> None:
    with store.write() as db:
        db.execute(insert(schema.counters).values(name="n", value=1))
    postgres.run(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{store.engine.url.database}'"
    )
    with store.read() as db:
        assert db.scalar(select(schema.counters.c.value)) == 1


def test_a_connection_that_is_lost_in_the_middle_leaves_nothing_and_says_so(store: Store, postgres: Databases) -> None:
    def lose() -> None:
        with store.write() as db:
            db.execute(insert(schema.counters).values(name="half", value=1))
            postgres.run(f"SELECT pg_terminate_backend({db.scalar(text('SELECT pg_backend_pid()'))})")
            db.execute(insert(schema.counters).values(name="other half", value=1))

    with pytest.raises(UserError, match="try again"):
        lose()
    with store.read() as db:
        assert db.execute(select(schema.counters)).all() == []


def test_who_only_reads_changes_nothing(store: Store) -> None:
    with pytest.raises(UserError, match="read-only"), store.read() as db:
        db.execute(insert(schema.counters).values(name="n", value=1))


def test_who_waits_too_long_is_told_that_another_process_holds_the_rows(
    database: str, store: Store, another: Callable[[], Store]
) -> None:
    impatient = open_store(f"{database}&options=-c%20lock_timeout%3D50ms")
    with store.write() as db:
        db.execute(insert(schema.counters).values(name="n", value=1))
    with store.write() as db:
        db.execute(schema.counters.update().values(value=2))
        with pytest.raises(UserError, match="end that process"), impatient.write() as other:
            other.execute(schema.counters.update().values(value=3))
    impatient.close()


def test_a_text_with_nul_is_kept_without_it_and_a_name_with_nul_is_not_found(store: Store) -> None:
    with store.write() as db:
        db.execute(insert(schema.counters).values(name="n\0ul", value=1))
    with store.read() as db:
        assert db.scalars(select(schema.counters.c.name)).all() == ["n\ufffdul"]
        assert publications.file(db, "a\0b", "atom") is None


@pytest.mark.parametrize("icu", ["", "en-US"])
def test_texts_sort_by_code_point_whatever_the_language_of_the_database(postgres: Databases, icu: str) -> None:
    names = ["a", "B", "é", "z", "_", "10", "9"]
    name = postgres.empty(icu=icu)
    store = open_store(postgres.url(name))
    try:
        migrate(store)
        with store.write() as db:
            db.execute(insert(schema.counters), [{"name": name, "value": 0} for name in names])
        with store.read() as db:
            asked = select(schema.counters.c.name).order_by(schema.counters.c.name)
            assert db.scalars(asked).all() == sorted(names)
            assert db.scalars(asked.where(schema.counters.c.name > "Z")).all() == ["_", "a", "z", "é"]
    finally:
        store.close()
        postgres.drop(name)


# ---- what lies beside it ----


def test_the_stop_list_lies_in_the_folder_that_the_url_names(store: Store, tmp_path: Path) -> None:
    with store.read() as db:
        assert stoplist.beside(db).path == tmp_path / f"{store.engine.url.database}.stoplist"


def test_without_a_folder_it_lies_in_the_working_directory() -> None:
    store = open_store("postgresql://me@here/news")
    assert lies_beside(store.engine, "stoplist") == Path("news.stoplist")
    store.close()


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere is missing"):
        open_store(f"postgresql://me@here/news?files={tmp_path}/nowhere")
