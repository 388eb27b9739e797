"""what a resident asks of whoever comes, and what volunteers tell of themselves"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TRAITS = "trait in ('woman', 'man', 'speaks_polish', 'speaks_punjabi', 'signs_bsl', 'calm_with_dogs', 'step_free_car')"


def upgrade() -> None:
    op.create_table(
        "need_wishes",
        sa.Column("need_id", sa.BigInteger(), nullable=False),
        sa.Column("trait", sa.String(), nullable=False),
        sa.Column("is_must", sa.Boolean(), nullable=False),
        sa.CheckConstraint(_TRAITS, name=op.f("ck_need_wishes_trait")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_wishes_need_id")),
        sa.PrimaryKeyConstraint("need_id", "trait", name=op.f("pk_need_wishes")),
    )
    op.create_table(
        "offer_traits",
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("trait", sa.String(), nullable=False),
        sa.CheckConstraint(_TRAITS, name=op.f("ck_offer_traits_trait")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_offer_traits_offer_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("offer_id", "trait", name=op.f("pk_offer_traits")),
    )


def downgrade() -> None:
    op.drop_table("offer_traits")
    op.drop_table("need_wishes")
