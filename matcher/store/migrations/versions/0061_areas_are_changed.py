"""areas are renamed, redrawn and closed; the address of a page is never another area's"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_THINGS = ("staff", "kind", "setting")

# An address once given out stays its area's: the primary key refuses it to any other.
_KEEPS_ITS_SLUG = """
    create function area_keeps_its_slugs() returns trigger language plpgsql as $$
    begin
        if not exists (select from area_slugs where slug = new.slug and area_id = new.id) then
            insert into area_slugs (slug, area_id) values (new.slug, new.id);
        end if;
        return null;
    end $$
"""
# The lock waits for whoever closes the area just now, and reads it again afterwards.
_IS_OPEN = """
    create function area_is_open() returns trigger language plpgsql as $$
    begin
        perform from areas where id = new.area_id and closed_at is null for key share;
        if not found then
            raise exception 'that area is closed' using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end $$
"""
_IS_EMPTY = """
    create function closed_area_is_empty() returns trigger language plpgsql as $$
    begin
        if exists (select from homes h join people p on p.id = h.person_id where p.area_id = new.id)
           or exists (select from needs where area_id = new.id and status in ('open', 'paused'))
           or exists (select from places where area_id = new.id and gone_at is null)
           or exists (select from staff_areas where area_id = new.id)
        then
            raise exception 'something hangs on that area' using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end $$
"""
_IN_AN_OPEN_ONE = ("people", "needs", "places", "staff_areas")


def _known_things(*things: str) -> None:
    op.drop_constraint(op.f("ck_setting_changes_known_thing"), "setting_changes", type_="check")
    listed = ", ".join(f"'{thing}'" for thing in things)
    op.create_check_constraint(op.f("ck_setting_changes_known_thing"), "setting_changes", f"thing in ({listed})")


def _occurrences_follow(on_update: str | None) -> None:
    op.drop_constraint("fk_occurrences_need", "occurrences", type_="foreignkey")
    op.create_foreign_key(
        "fk_occurrences_need", "occurrences", "needs", ["need_id", "area_id"], ["id", "area_id"], onupdate=on_update
    )


def upgrade() -> None:
    op.add_column("areas", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_areas_slug_is_of_an_address"), "areas", "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 60"
    )
    op.create_check_constraint(op.f("ck_areas_has_a_name"), "areas", "btrim(name) <> ''")
    op.create_index(
        "uq_areas_name", "areas", [sa.text("lower(name)")], unique=True, postgresql_where=sa.text("closed_at is null")
    )
    op.create_table(
        "area_slugs",
        sa.Column("slug", sa.String(), primary_key=True),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_area_slugs_area_id"), ondelete="CASCADE"),
    )
    op.create_index(op.f("ix_area_slugs_area_id"), "area_slugs", ["area_id"])
    op.execute("insert into area_slugs (slug, area_id) select slug, id from areas")
    for function in (_KEEPS_ITS_SLUG, _IS_OPEN, _IS_EMPTY):
        op.execute(function)
    op.execute(
        "create trigger area_keeps_its_slugs after insert or update of slug on areas"
        " for each row execute function area_keeps_its_slugs()"
    )
    op.execute(
        "create trigger closed_area_is_empty before update of closed_at on areas"
        " for each row when (new.closed_at is not null) execute function closed_area_is_empty()"
    )
    for table in _IN_AN_OPEN_ONE:
        op.execute(
            f"create trigger area_is_open before insert or update of area_id on {table}"
            " for each row execute function area_is_open()"
        )
    _occurrences_follow("CASCADE")
    _known_things(*_THINGS, "area")


def downgrade() -> None:
    op.execute("alter table setting_changes disable trigger setting_changes_are_append_only")
    op.execute("delete from setting_changes where thing = 'area'")
    op.execute("alter table setting_changes enable trigger setting_changes_are_append_only")
    _known_things(*_THINGS)
    _occurrences_follow(None)
    for table in _IN_AN_OPEN_ONE:
        op.execute(f"drop trigger area_is_open on {table}")
    for name in ("closed_area_is_empty", "area_keeps_its_slugs"):
        op.execute(f"drop trigger {name} on areas")
    for name in ("closed_area_is_empty", "area_keeps_its_slugs", "area_is_open"):
        op.execute(f"drop function {name}()")
    op.drop_table("area_slugs")
    op.drop_index("uq_areas_name", "areas")
    op.drop_constraint(op.f("ck_areas_has_a_name"), "areas", type_="check")
    op.drop_constraint(op.f("ck_areas_slug_is_of_an_address"), "areas", type_="check")
    op.drop_column("areas", "closed_at")
