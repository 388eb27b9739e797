"""stories that the team has put with a place or a need"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_TABLE = "attached_stories"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("wording_number", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.Column("need_id", sa.BigInteger(), nullable=True),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("wording_number = 1", name=op.f(f"ck_{_TABLE}_as_it_was_told")),
        sa.CheckConstraint("num_nonnulls(place_id, need_id) = 1", name=op.f(f"ck_{_TABLE}_with_one_thing")),
        sa.ForeignKeyConstraint(
            ["story_id", "wording_number"],
            ["story_wordings.story_id", "story_wordings.number"],
            name=f"fk_{_TABLE}_while_told",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f(f"fk_{_TABLE}_place_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f(f"fk_{_TABLE}_need_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f(f"fk_{_TABLE}_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
        sa.UniqueConstraint("story_id", "place_id", name=op.f(f"uq_{_TABLE}_story_id_place_id")),
        sa.UniqueConstraint("story_id", "need_id", name=op.f(f"uq_{_TABLE}_story_id_need_id")),
    )
    for column in ("place_id", "need_id", "staff_id"):
        op.create_index(op.f(f"ix_{_TABLE}_{column}"), _TABLE, [column])


def downgrade() -> None:
    op.drop_table(_TABLE)
