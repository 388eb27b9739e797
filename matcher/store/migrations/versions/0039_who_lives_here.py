"""how many people live where, by group, and how many of each group were heard"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_GROUPS = (
    "'answered', 'under_25', '25_to_44', '45_to_64', '65_to_84', '85_or_over', 'forces_families', 'night_workers', "
    "'carers', 'new_here', 'no_car'"
)


def _area(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("areas.id", name=op.f(f"fk_{table}_area_id"))
    return sa.Column("area_id", sa.BigInteger(), key, nullable=False)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    op.create_table(
        "population",
        _area("population"),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "staff_id",
            sa.BigInteger(),
            sa.ForeignKey("staff.id", name=op.f("fk_population_staff_id")),
            nullable=False,
        ),
        _check("population", "no_fewer_than_none", "people >= 0"),
        _check("population", "in_words", "group_key <> '' and group_name <> '' and source <> ''"),
        sa.PrimaryKeyConstraint("area_id", "group_key", name=op.f("pk_population")),
    )
    op.create_index(op.f("ix_population_staff_id"), "population", ["staff_id"])
    op.create_table(
        "voice_counts",
        sa.Column("month", sa.Date(), nullable=False),
        _area("voice_counts"),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        _check("voice_counts", "choice", "choice in ('ask', 'offer', 'story')"),
        _check("voice_counts", "group_of_ours", f"group_key in ({_GROUPS})"),
        _check("voice_counts", "counts_something", "count > 0"),
        _check("voice_counts", "first_of_month", "extract(day from month) = 1"),
        sa.PrimaryKeyConstraint("month", "area_id", "choice", "group_key", name=op.f("pk_voice_counts")),
    )
    op.create_index(op.f("ix_voice_counts_area_id"), "voice_counts", ["area_id"])


def downgrade() -> None:
    op.drop_table("voice_counts")
    op.drop_table("population")
