"""places: grit bins, salt stores and the like, their use rules, and what people said is left in them"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_KINDS = ("grit_bin", "salt_store", "shovels", "warm_space", "village_hall", "defibrillator", "lift_point")
_BRING = "A shovel. Do not take salt from a roadside grit bin."


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _choice("placekind", *_KINDS), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("landmark", sa.String(), server_default="", nullable=False),
        sa.Column("easting", sa.Integer(), nullable=False),
        sa.Column("northing", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("looked_after_by", sa.String(), server_default="", nullable=False),
        sa.Column("use_rule", _choice("userule", "public_only", "any_path", "private"), nullable=True),
        sa.Column("agreed_by", sa.String(), server_default="", nullable=False),
        sa.Column("refill_round", sa.String(), server_default="", nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_places_has_a_name")),
        sa.CheckConstraint(
            "(kind in ('grit_bin', 'salt_store')) = (use_rule is not null)", name=op.f("ck_places_salt_has_a_use_rule")
        ),
        sa.CheckConstraint(
            "(use_rule is not distinct from 'any_path') = (agreed_by <> '')", name=op.f("ck_places_somebody_agreed")
        ),
        sa.CheckConstraint("gone_at >= added_at", name=op.f("ck_places_gone_after_it_came")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_places_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_places_id_kind")),
    )
    op.create_index(op.f("ix_places_area_id"), "places", ["area_id"])
    op.create_index(
        "uq_places_name",
        "places",
        ["area_id", "kind", sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("gone_at is null"),
    )
    op.create_table(
        "stock_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("place_kind", _choice("placekind", *_KINDS), nullable=False),
        sa.Column("stock", _choice("stock", "full", "half", "empty"), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "place_kind in ('grit_bin', 'salt_store', 'shovels')", name=op.f("ck_stock_reports_of_what_holds_stock")
        ),
        sa.CheckConstraint(
            "num_nonnulls(staff_id, key) = 1", name=op.f("ck_stock_reports_by_one_of_the_team_or_anyone")
        ),
        sa.CheckConstraint("undone_at >= said_at", name=op.f("ck_stock_reports_undone_after_it_was_said")),
        sa.ForeignKeyConstraint(
            ["place_id", "place_kind"], ["places.id", "places.kind"], name=op.f("fk_stock_reports_place")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_stock_reports_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_reports")),
        sa.UniqueConstraint("key", name=op.f("uq_stock_reports_key")),
    )
    op.create_index(op.f("ix_stock_reports_staff_id"), "stock_reports", ["staff_id"])
    op.create_index("ix_stock_reports_latest", "stock_reports", ["place_id", "place_kind", "said_at", "id"])
    # Where salt may be taken from is now told apart for each job.
    op.execute(sa.text("update kinds set bring = 'A shovel' where bring = :old").bindparams(old=_BRING))


def downgrade() -> None:
    op.execute(
        sa.text("update kinds set bring = :old where slug = 'snow' and bring = 'A shovel'").bindparams(old=_BRING)
    )
    op.drop_table("stock_reports")
    op.drop_table("places")
