"""Migrations make exactly the tables, on both databases, and never go backwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from monitor.model.errors import SchemaTooNew, StorageError
from monitor.storage import migrate, tables
from monitor.storage.address import parse_url, sqlite_file
from monitor.storage.database import make_engine, open_database

_SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
_POSTGRES = (
    """SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
    FROM information_schema.columns WHERE table_schema = 'public'""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace""",
)


def _in_order(words: str) -> str:
    """A table's constraints mean the same in any order."""
    columns, *constraints = words.removesuffix(")").split(", CONSTRAINT ")
    return ", CONSTRAINT ".join([columns, *sorted(part.strip() for part in constraints)])


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'monitor.db'}"
    address: str = request.getfixturevalue("empty_postgres")
    return address


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    migrate.upgrade(empty_url)
    engine = make_engine(parse_url(empty_url))
    yield engine
    engine.dispose()


def _catalogue(engine: Engine) -> list[list[str]]:
    """Everything that the database knows about our tables, Alembic's own left out."""
    statements = (_SQLITE,) if engine.dialect.name == "sqlite" else _POSTGRES
    with engine.connect() as connection:
        rows = [row for statement in statements for row in connection.execute(text(statement))]
    words = [[_in_order(" ".join(str(cell).split())) for cell in row] for row in rows]
    return sorted(row for row in words if not any("alembic_version" in cell for cell in row))


def test_the_migrated_schema_is_the_one_of_the_tables(engine: Engine) -> None:
    migrated = _catalogue(engine)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.metadata)

    tables.metadata.drop_all(engine)
    nothing = _catalogue(engine)
    tables.metadata.create_all(engine)

    assert differences == []
    assert nothing == []
    assert _catalogue(engine) == migrated


def test_the_newest_migration_is_the_schema_of_this_program() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)

    assert script.get_heads() == [tables.SCHEMA] == [migrate.head()]
    revisions = [migration.revision for migration in script.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True), "revisions are compared as text"
    assert not any(hasattr(migration.module, "downgrade") for migration in script.walk_revisions())


def test_a_database_is_made_once_and_then_left_alone(empty_url: str) -> None:
    before = migrate.current(empty_url)
    made = migrate.upgrade(empty_url)
    again = migrate.upgrade(empty_url)

    assert before is None
    assert (made.before, made.after, made.backup) == (None, migrate.head(), None)
    assert (again.before, again.backup) == (migrate.head(), None)
    assert migrate.current(empty_url) == migrate.head()


def test_a_newer_schema_is_refused(empty_url: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaTooNew, match="has schema 9999, this monitor knows"):
        migrate.upgrade(empty_url)
    with pytest.raises(SchemaTooNew, match="upgrade the program first"):
        open_database(empty_url)


def test_an_older_schema_is_not_opened(empty_url: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    with pytest.raises(StorageError, match=r"old schema 0000.*monitor db upgrade"):
        open_database(empty_url)


def test_a_database_without_tables_is_not_opened(empty_url: str) -> None:
    with pytest.raises(StorageError, match="run `monitor db upgrade`"):
        open_database(empty_url)


def test_a_migration_that_fails_in_the_middle_leaves_nothing_and_can_be_run_again(empty_url: str) -> None:
    path = sqlite_file(empty_url)
    if path is not None:
        path.parent.mkdir()
    engine = make_engine(parse_url(empty_url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE facts (in_the_way INTEGER)"))  # the last one that is made
    with pytest.raises(StorageError, match="facts"):
        migrate.upgrade(empty_url)
    with engine.connect() as connection:
        left = set(inspect(connection).get_table_names()) - {"alembic_version"}
    interrupted = migrate.current(empty_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE facts"))
    engine.dispose()
    finished = migrate.upgrade(empty_url)

    assert left == {"facts"}
    assert interrupted is None
    assert finished.after == migrate.current(empty_url) == migrate.head()
    assert (finished.backup is None) == (path is None)
    assert finished.backup is None or finished.backup.exists()
