"""how often, when and by which way a volunteer is written to"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_CHECKS = {
    "some_asks": "asks_per_week > 0",
    "quiet_has_both_ends": "(quiet_from is null) = (quiet_until is null)",
    "quiet_is_over_midnight": "quiet_from > quiet_until",
}


def upgrade() -> None:
    op.add_column("offers", sa.Column("asks_per_week", sa.Integer(), nullable=True))
    op.add_column("offers", sa.Column("quiet_from", sa.Time(), nullable=True))
    op.add_column("offers", sa.Column("quiet_until", sa.Time(), nullable=True))
    for name, rule in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_offers_{name}"), "offers", rule)
    op.create_table(
        "channel_choices",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.CheckConstraint("about in ('asks', 'visits', 'news')", name=op.f("ck_channel_choices_about")),
        sa.CheckConstraint(
            "channel in ('text', 'email') or (channel = 'none' and about = 'news')",
            name=op.f("ck_channel_choices_channel"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_channel_choices_person_id")),
        sa.PrimaryKeyConstraint("person_id", "about", name=op.f("pk_channel_choices")),
    )


def downgrade() -> None:
    op.drop_table("channel_choices")
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_offers_{name}"), "offers", type_="check")
    for column in ("quiet_until", "quiet_from", "asks_per_week"):
        op.drop_column("offers", column)
