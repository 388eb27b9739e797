"""cold spells, and what volunteers agreed to for them"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_AGREED: dict[str, TypeEngine[Any]] = {
    "cold_visits_per_week": sa.Integer(),
    "cold_asks_per_day": sa.Integer(),
    "cold_agreed_at": sa.DateTime(timezone=True),
    "cold_wording": sa.Integer(),
}


def upgrade() -> None:
    op.create_table(
        "cold_spells",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.CheckConstraint("began_at < ends_at", name=op.f("ck_cold_spells_ends_after_it_begins")),
        sa.CheckConstraint("ended_at between began_at and ends_at", name=op.f("ck_cold_spells_ended_inside_it")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_cold_spells_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cold_spells")),
        postgresql.ExcludeConstraint(
            (sa.column("area_id"), "="),
            (sa.text("tstzrange(began_at, coalesce(ended_at, ends_at))"), "&&"),
            name="ex_cold_spells_one_at_a_time",
            using="gist",
        ),
    )
    op.create_index(op.f("ix_cold_spells_area_id"), "cold_spells", ["area_id"])
    for name, of_type in _AGREED.items():
        op.add_column("offers", sa.Column(name, of_type, nullable=True))
    op.create_check_constraint(
        op.f("ck_offers_some_cold_visits"), "offers", "cold_visits_per_week > 0 and cold_asks_per_day > 0"
    )
    op.create_check_constraint(
        op.f("ck_offers_cold_was_agreed"),
        "offers",
        "num_nonnulls(cold_visits_per_week, cold_asks_per_day, cold_agreed_at, cold_wording) in (0, 4)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_offers_cold_was_agreed"), "offers", type_="check")
    op.drop_constraint(op.f("ck_offers_some_cold_visits"), "offers", type_="check")
    for name in _AGREED:
        op.drop_column("offers", name)
    op.drop_table("cold_spells")
