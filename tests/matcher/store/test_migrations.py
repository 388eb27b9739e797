"""Migrations: up, down to nothing and up again; the tables in the database are the tables in the code."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from matcher.store.migrations import APP_ROLE, downgrade, is_current, migrate
from matcher.store.models import Declared
from matcher.store.roles import driver_url


@pytest.fixture
def owner(database):
    """A connection of the owner, each statement at once."""
    engine = create_engine(database.owner_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_a_migrated_database_is_at_the_newest_revision(owner):
    assert is_current(owner)


def test_the_tables_in_the_database_are_the_tables_in_the_code(owner):
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(owner, opts=options)
    assert compare_metadata(context, Declared.metadata) == []
    assert set(inspect(owner).get_table_names()) == {*Declared.metadata.tables, "alembic_version"}


def test_a_constraint_or_index_of_the_code_is_in_the_database_by_its_name(owner):
    """Autogenerate looks at neither checks nor exclusions, and these are the invariants."""
    there = set(owner.scalars(text("select conname from pg_constraint union select indexname from pg_indexes")))
    for table in Declared.metadata.tables.values():
        assert {str(one.name) for one in (*table.constraints, *table.indexes)} <= there, table.name


def test_up_down_to_nothing_and_up_again(database, owner):
    downgrade(database.owner_url, "base")
    assert inspect(owner).get_table_names() == ["alembic_version"]
    assert owner.scalars(text("select proname from pg_proc where proname like 'audit%'")).all() == []
    assert not is_current(owner)
    migrate(database.owner_url)
    assert is_current(owner)
    context = MigrationContext.configure(owner, opts={"compare_type": True, "compare_server_default": True})
    assert compare_metadata(context, Declared.metadata) == []


def test_migrating_again_changes_nothing_and_two_at_once_wait_for_each_other(database, owner):
    downgrade(database.owner_url, "base")
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(migrate, [database.owner_url] * 2))
    migrate(database.owner_url)
    assert is_current(owner)


def test_the_serving_role_may_read_and_write_rows_and_never_change_the_audit(owner):
    rows = owner.execute(
        text(
            "select t, array_agg(r order by r) from unnest(cast(:tables as text[])) as t,"
            " unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) as r"
            " where has_table_privilege(:role, t, r) group by t"
        ),
        {"role": APP_ROLE, "tables": [*Declared.metadata.tables]},
    )
    may = {table: rights for table, rights in rows}  # noqa: C416 (a Row is not a pair to dict())
    assert may.pop("audit") == ["INSERT", "SELECT"]
    assert may.pop("audit_chain") == may.pop("audit_waiting") == ["SELECT"]
    assert set(map(tuple, may.values())) == {("DELETE", "INSERT", "SELECT", "UPDATE")}
    assert len(may) == len(Declared.metadata.tables) - 3


def test_the_serving_role_reads_the_revision_and_cannot_change_it(database):
    with psycopg.connect(driver_url(database.serving_url)) as serving:
        assert serving.execute("select version_num from alembic_version").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            serving.execute("update alembic_version set version_num = 'other'")


def test_every_foreign_key_has_an_index_that_begins_with_it(owner):
    """Ours are followed both ways, and a row that is pointed to is locked by whoever writes the pointer."""
    unindexed = owner.scalars(
        text(
            """
            select conrelid::regclass || '.' || conname from pg_constraint c
            where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
                select from pg_index i where i.indrelid = c.conrelid
                and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
            order by 1
            """
        )
    ).all()
    # These point to a handful of rows that are never deleted, or share an index with the key beside them.
    assert set(unindexed) <= {
        "attached_stories.fk_attached_stories_while_told",
        "kinds.fk_kinds_level_code",
        "needs.fk_needs_kind_slug",
        "story_approvals.fk_story_approvals_of_these_words",
        "story_publications.fk_story_publications_in_words",
        *(f"story_wordings.fk_story_wordings_with_this_{what}" for what in ("picture", "voice")),
        "story_publications.fk_story_publications_as_approved",
        "story_publications.fk_story_publications_at_their_level",
        "occurrences.fk_occurrences_area_id",
        "offer_kinds.fk_offer_kinds_kind_slug",
        "visits.fk_visits_helpers",
        "visits.fk_visits_match",
        "matches.fk_matches_offer_id",
        "avoided_costs.fk_avoided_costs_kind_slug",
        "avoided_costs.fk_avoided_costs_price",
        *(f"worth_choices.fk_worth_{end}" for end in ("low", "central", "high")),
    }
