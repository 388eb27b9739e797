"""Each test has a database as the template is, whatever the test before did to it."""

import psycopg
import pytest

from matcher.store.roles import driver_url


@pytest.fixture
def again(fresh_database, worker_name):
    """`again()`: a connection of the owner to a fresh database of one and the same name."""
    opened = []

    def connect():
        opened.append(psycopg.connect(driver_url(fresh_database(f"again_{worker_name}").owner_url), autocommit=True))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


ADD = "insert into areas (slug, name, easting, northing, covers_m) values ('hill', 'The Hill', 0, 0, 1) returning id"


def rows(owner):
    return owner.execute("select count(*) from areas").fetchone()[0]


def test_no_row_and_no_counter_is_left_even_while_somebody_holds_it(again):
    before = again()
    first = before.execute(ADD).fetchone()
    before.execute("begin")
    before.execute(ADD.replace("hill", "vale").replace("Hill", "Vale"))
    after = again()
    assert rows(after) == 0
    assert after.execute(ADD).fetchone() == first


@pytest.mark.parametrize("change", ["select 1", "alter table areas add column height int"])
def test_who_ends_every_connection_leaves_nothing_either(again, change):
    before = again()
    before.execute(ADD)
    before.execute(change)
    before.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    after = again()
    assert rows(after) == 0
    assert after.execute("select * from areas").description[-1].name != "height"


@pytest.mark.parametrize(
    "change",
    [
        "alter table areas add column height int",
        "alter table areas drop column name cascade",
        "alter table areas disable trigger user",
        "drop table areas cascade",
        "create function high() returns int language sql return 1",
        "grant update (name) on areas to public",
    ],
)
def test_what_was_changed_but_rows_is_as_the_template_has_it(again, change):
    columns = "from pg_attribute where attrelid = 'areas'::regclass"
    shape = f"select count(*) filter (where attisdropped), count(attacl) {columns}"
    before = again()
    usual = before.execute(shape).fetchone()
    before.execute(change)
    after = again()
    assert after.execute(shape).fetchone() == usual
    assert after.execute("select to_regproc('high')").fetchone() == (None,)
    assert after.execute("select count(*) from pg_trigger where tgenabled = 'D'").fetchone() == (0,)
