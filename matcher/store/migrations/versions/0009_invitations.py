"""invitations to take part, and how many answered by each channel"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_CHANNELS = "channel in ('postcard', 'poster', 'letter', 'text', 'email', 'phone', 'in_person')"


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("connector", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_CHANNELS, name=op.f("ck_invitations_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code", name=op.f("uq_invitations_code")),
    )
    op.create_table(
        "invitation_counts",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint(_CHANNELS, name=op.f("ck_invitation_counts_channel")),
        sa.CheckConstraint("choice in ('ask', 'offer', 'story', 'read')", name=op.f("ck_invitation_counts_choice")),
        sa.CheckConstraint("count > 0", name=op.f("ck_invitation_counts_counts_something")),
        sa.PrimaryKeyConstraint("month", "channel", "choice", name=op.f("pk_invitation_counts")),
    )


def downgrade() -> None:
    op.drop_table("invitation_counts")
    op.drop_table("invitations")
