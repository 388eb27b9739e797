"""what an area earns together"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_TABLE = "rewards"
_MONEY = (
    "[£$€]|(^|[^a-z])("
    "cash|money|pounds?|quid|gbp|vouchers?|gift cards?|prepaid|bonus(es)?|payments?|discounts?|council tax|expenses"
    ")([^a-z]|$)"
)


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("visits_wanted", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("is_given", sa.Boolean(), nullable=True),
        postgresql.ExcludeConstraint(
            ("area_id", "="),
            (sa.func.daterange(sa.text("starts_on"), sa.text("ends_on")), "&&"),
            name="ex_rewards_one_at_a_time",
            using="gist",
        ),
        sa.CheckConstraint("visits_wanted >= 20", name=op.f(f"ck_{_TABLE}_earned_together")),
        sa.CheckConstraint("what <> '' and length(what) <= 80", name=op.f(f"ck_{_TABLE}_is_something")),
        sa.CheckConstraint(f"what !~* '{_MONEY}'", name=op.f(f"ck_{_TABLE}_no_money")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f(f"ck_{_TABLE}_ends_after_it_starts")),
        sa.CheckConstraint(
            "num_nonnulls(ends_on, ended_at, ended_by, is_given) in (0, 4)", name=op.f(f"ck_{_TABLE}_ended_once")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f(f"fk_{_TABLE}_area_id")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f(f"fk_{_TABLE}_set_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f(f"fk_{_TABLE}_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    for column in ("area_id", "set_by", "ended_by"):
        op.create_index(op.f(f"ix_{_TABLE}_{column}"), _TABLE, [column])


def downgrade() -> None:
    op.drop_table(_TABLE)
