"""codes that show that a phone is a volunteer's, why they help, and visits nobody has set off to"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_KINDS = "'no_answer', 'unsafe', 'worried', 'bigger', 'money', 'accident', 'word'"
_MOTIVES = "'lives_here', 'was_helped', 'meet_people', 'get_out', 'beliefs', 'skill', 'was_asked', 'other'"


def upgrade() -> None:
    op.add_column("people", sa.Column("phone_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "own_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > sent_at", name=op.f("ck_own_codes_ends_after_sent")),
        sa.CheckConstraint("tries_left between 0 and 3", name=op.f("ck_own_codes_few_tries")),
        sa.CheckConstraint("channel in ('text', 'email')", name=op.f("ck_own_codes_channel")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_own_codes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_codes")),
    )
    op.create_index(op.f("ix_own_codes_person_id"), "own_codes", ["person_id"])
    op.create_table(
        "offer_motives",
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("motive", sa.String(length=32), nullable=False),
        sa.CheckConstraint(f"motive in ({_MOTIVES})", name=op.f("ck_offer_motives_motive")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offers.id"], name=op.f("fk_offer_motives_offer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", "motive", name=op.f("pk_offer_motives")),
    )
    op.drop_constraint(op.f("ck_visit_reports_reportkind"), "visit_reports")
    op.create_check_constraint(op.f("ck_visit_reports_reportkind"), "visit_reports", f"kind in ({_KINDS}, 'late')")
    op.drop_constraint(op.f("ck_visit_reports_somebody_closed_it"), "visit_reports")
    op.create_check_constraint(
        op.f("ck_visit_reports_somebody_closed_it"),
        "visit_reports",
        "(closed_at is null) = (closed_by is null) or kind = 'late'",
    )


def downgrade() -> None:
    op.execute("delete from visit_reports where kind = 'late'")
    op.drop_constraint(op.f("ck_visit_reports_somebody_closed_it"), "visit_reports")
    op.create_check_constraint(
        op.f("ck_visit_reports_somebody_closed_it"), "visit_reports", "(closed_at is null) = (closed_by is null)"
    )
    op.drop_constraint(op.f("ck_visit_reports_reportkind"), "visit_reports")
    op.create_check_constraint(op.f("ck_visit_reports_reportkind"), "visit_reports", f"kind in ({_KINDS})")
    op.drop_table("offer_motives")
    op.drop_table("own_codes")
    op.drop_column("people", "phone_confirmed_at")
