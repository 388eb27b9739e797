"""you said, we did: what was decided about what people said"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "said",
                "looked",
                "doing",
                "done",
                "not_doing",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("looked_by", sa.String(), server_default="", nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.String(), server_default="", nullable=False),
        sa.Column("because", sa.String(), server_default="", nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("disagreed", sa.String(), server_default="", nullable=False),
        sa.Column("next_step", sa.String(), server_default="", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("btrim(title) <> '' and btrim(said) <> ''", name=op.f("ck_decisions_something_was_said")),
        sa.CheckConstraint(
            "state = 'said' or btrim(looked_by) <> '' and looked_on is not null",
            name=op.f("ck_decisions_somebody_looked"),
        ),
        sa.CheckConstraint(
            "state in ('done', 'not_doing') or due_on is not null", name=op.f("ck_decisions_an_answer_is_due")
        ),
        sa.CheckConstraint(
            "state in ('said', 'looked') or btrim(decision) <> '' and btrim(because) <> '' and decided_on is not null",
            name=op.f("ck_decisions_decided_for_a_reason"),
        ),
        sa.CheckConstraint(
            "state in ('said', 'looked') or btrim(disagreed) <> ''", name=op.f("ck_decisions_who_disagreed_is_said")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_decisions_area_id")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_decisions_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_area_id"), "decisions", ["area_id"])
    op.create_index(
        "ix_decisions_due", "decisions", ["due_on"], postgresql_where=sa.text("state in ('said', 'looked', 'doing')")
    )
    op.create_index(op.f("ix_decisions_made_by"), "decisions", ["made_by"])
    op.create_table(
        "decision_stories",
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_decision_stories_decision_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_decision_stories_story_id")),
        sa.PrimaryKeyConstraint("decision_id", "story_id", name=op.f("pk_decision_stories")),
    )
    op.create_index(op.f("ix_decision_stories_story_id"), "decision_stories", ["story_id"])
    op.create_table(
        "decision_views",
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("view in ('better', 'same', 'worse')", name=op.f("ck_decision_views_view")),
        sa.CheckConstraint("count > 0", name=op.f("ck_decision_views_counts_something")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_decision_views_decision_id")),
        sa.PrimaryKeyConstraint("decision_id", "view", name=op.f("pk_decision_views")),
    )


def downgrade() -> None:
    for table in ("decision_views", "decision_stories", "decisions"):
        op.drop_table(table)
