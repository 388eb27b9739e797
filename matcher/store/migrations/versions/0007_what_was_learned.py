"""what was learned from the answers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acceptance_models",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("coefficients", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("mean_predicted", sa.Double(), nullable=True),
        sa.Column("mean_said_yes", sa.Double(), nullable=True),
        sa.Column("slope", sa.Double(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("bins", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "not is_open or num_nonnulls(mean_predicted, mean_said_yes, slope) = 3",
            name=op.f("ck_acceptance_models_an_open_gate_was_measured"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_models")),
        sa.UniqueConstraint("night", name=op.f("uq_acceptance_models_night")),
    )
    op.create_table(
        "leanings",
        sa.Column("model_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("leaning", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["acceptance_models.id"], name=op.f("fk_leanings_model_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_leanings_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("model_id", "person_id", name=op.f("pk_leanings")),
    )
    op.create_index(op.f("ix_leanings_person_id"), "leanings", ["person_id"])
    op.create_table(
        "leaning_resets",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("reset_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_leaning_resets_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_leaning_resets")),
    )


def downgrade() -> None:
    op.drop_table("leaning_resets")
    op.drop_table("leanings")
    op.drop_table("acceptance_models")
