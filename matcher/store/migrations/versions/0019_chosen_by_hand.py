"""whom a coordinator asked by hand, beside whom the engine would have asked"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hand_choices",
        sa.Column("match_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("set_aside", ARRAY(sa.String()), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("engine_offer_id", sa.BigInteger(), nullable=True),
        sa.Column("is_assigned", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "why in ('knows_them', 'spoke', 'nearer', 'urgent', 'other')", name=op.f("ck_hand_choices_why")
        ),
        sa.CheckConstraint(
            "why is not null or (cardinality(set_aside) = 0 and not is_assigned)",
            name=op.f("ck_hand_choices_has_a_reason"),
        ),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_hand_choices_match_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_hand_choices_staff_id")),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_hand_choices")),
    )
    op.create_index(op.f("ix_hand_choices_staff_id"), "hand_choices", ["staff_id"])


def downgrade() -> None:
    op.drop_table("hand_choices")
