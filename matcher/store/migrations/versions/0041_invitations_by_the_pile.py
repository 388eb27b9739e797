"""invitations by the pile, each with its own count; by neighbours and at the surgery too"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_BEFORE = "channel in ('postcard', 'poster', 'letter', 'text', 'email', 'phone', 'in_person')"
_CHANNELS = "channel in ('postcard', 'poster', 'letter', 'neighbour', 'gp', 'text', 'email', 'phone', 'in_person')"


def upgrade() -> None:
    _allow(_CHANNELS)
    op.create_table(
        "invitation_batches",
        sa.Column(
            "invitation_id",
            sa.BigInteger(),
            sa.ForeignKey("invitations.id", name=op.f("fk_invitation_batches_invitation_id")),
            primary_key=True,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "area_id",
            sa.BigInteger(),
            sa.ForeignKey("areas.id", name=op.f("fk_invitation_batches_area_id")),
            nullable=False,
        ),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column(
            "staff_id",
            sa.BigInteger(),
            sa.ForeignKey("staff.id", name=op.f("fk_invitation_batches_staff_id")),
            nullable=False,
        ),
        sa.CheckConstraint("copies >= 20", name=op.f("ck_invitation_batches_enough_copies")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_invitation_batches_has_a_title")),
    )
    for column in ("area_id", "staff_id"):
        op.create_index(op.f(f"ix_invitation_batches_{column}"), "invitation_batches", [column])
    op.create_table(
        "batch_counts",
        sa.Column(
            "invitation_id",
            sa.BigInteger(),
            sa.ForeignKey("invitation_batches.invitation_id", name=op.f("fk_batch_counts_invitation_id")),
            nullable=False,
        ),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("choice in ('ask', 'offer', 'story', 'read')", name=op.f("ck_batch_counts_choice")),
        sa.CheckConstraint("count > 0", name=op.f("ck_batch_counts_counts_something")),
        sa.PrimaryKeyConstraint("invitation_id", "month", "choice", name=op.f("pk_batch_counts")),
    )


def downgrade() -> None:
    op.drop_table("batch_counts")
    op.drop_table("invitation_batches")
    # What was counted by the new channels has no other name there: it was heard face to face.
    op.execute("update invitations set channel = 'in_person' where channel in ('neighbour', 'gp')")
    op.execute("delete from invitation_counts where channel in ('neighbour', 'gp')")
    _allow(_BEFORE)


def _allow(channels: str) -> None:
    for table in ("invitations", "invitation_counts"):
        op.drop_constraint(op.f(f"ck_{table}_channel"), table)
        op.create_check_constraint(op.f(f"ck_{table}_channel"), table, channels)
