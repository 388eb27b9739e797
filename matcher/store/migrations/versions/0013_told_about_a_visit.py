"""what volunteers tell the team about a visit, and the miles they drove"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KINDS = "kind in ('no_answer', 'unsafe', 'worried', 'bigger', 'money', 'accident', 'word')"
_OPEN = sa.text("closed_at is null")


def upgrade() -> None:
    op.add_column("visits", sa.Column("miles", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_visits_miles"), "visits", "miles between 0 and 300")
    op.create_table(
        "visit_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), server_default="", nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(_KINDS, name=op.f("ck_visit_reports_reportkind")),
        sa.CheckConstraint(
            "(closed_at is null) = (closed_by is null)", name=op.f("ck_visit_reports_somebody_closed_it")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_reports_visit_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_visit_reports_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_reports")),
    )
    op.create_index("uq_visit_reports_open", "visit_reports", ["visit_id", "kind"], unique=True, postgresql_where=_OPEN)
    op.create_index("ix_visit_reports_visit", "visit_reports", ["visit_id"])
    op.create_index("ix_visit_reports_waiting", "visit_reports", ["said_at"], postgresql_where=_OPEN)
    op.create_index(op.f("ix_visit_reports_closed_by"), "visit_reports", ["closed_by"])


def downgrade() -> None:
    op.drop_table("visit_reports")
    op.drop_constraint(op.f("ck_visits_miles"), "visits", type_="check")
    op.drop_column("visits", "miles")
