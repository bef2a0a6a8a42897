"""A database for each test: a copy of one that is migrated once in each process of a session."""

from secrets import token_hex

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from state.migrate import migrate
from state.store import open_store
from tests.postgres.server import Server


class Databases:
    """Makes and drops databases on a server. `close` it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._admin = psycopg.connect(server.dsn, autocommit=True)
        self._template = ""

    def url(self, name: str, **more: str) -> str:
        """Where a database of the server is, as `state.url` says it. more: parameters of the URL."""
        url = make_url(self.server.dsn).set(database=name).update_query_dict(more)
        return url.render_as_string(hide_password=False)

    def empty(self, *, encoding: str = "UTF8", icu: str = "") -> str:
        """A new database without tables; its name. icu: the locale by which it sorts, for servers that know ICU."""
        sorts = f"LOCALE_PROVIDER icu ICU_LOCALE '{icu}'" if icu else "LOCALE 'C'"
        return self._create("template0", f"ENCODING '{encoding}' {sorts}")

    def migrated(self) -> str:
        """A new database of the present shape; its name."""
        if not self._template:
            self._template = self.empty()
            store = open_store(self.url(self._template))
            migrate(store)
            store.close()
        return self._create(self._template)

    def drop(self, name: str) -> None:
        """Whoever uses it still is put out."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement as the owner of the server; its rows."""
        cursor = self._admin.execute(sql.SQL(statement))
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        if self._template:
            self.drop(self._template)
        self._admin.close()
        if self.server.hold:
            self.server.hold.close()

    def _create(self, template: str, more: str = "") -> str:
        name = f"tidings_test_{token_hex(6)}"
        # a copy of the files: quicker than through the log, where nothing is flushed
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY {more}')
        return name
