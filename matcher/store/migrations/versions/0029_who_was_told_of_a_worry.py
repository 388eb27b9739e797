"""who was told of a worry, and whom it has stopped"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_WHOM = "whom in ('adult_care', 'police', 'health', 'dbs', 'lead', 'person', 'family', 'teller', 'other')"


def upgrade() -> None:
    op.add_column("concerns", sa.Column("visit_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_concerns_visit_id"), "concerns", "visits", ["visit_id"], ["id"])
    op.create_index(op.f("ix_concerns_visit_id"), "concerns", ["visit_id"])
    op.add_column("offers", sa.Column("stood_down_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_offers_stood_down_is_not_asked"), "offers", "stood_down_at is null or status <> 'active'"
    )
    op.create_table(
        "concern_tellings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("concern_id", sa.BigInteger(), nullable=False),
        sa.Column("whom", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("words", sa.String(), server_default="", nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_WHOM, name=op.f("ck_concern_tellings_whom")),
        sa.CheckConstraint("how in ('phone', 'in_person', 'email', 'letter')", name=op.f("ck_concern_tellings_how")),
        sa.ForeignKeyConstraint(["concern_id"], ["concerns.id"], name=op.f("fk_concern_tellings_concern_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_concern_tellings_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_tellings")),
    )
    op.create_index(op.f("ix_concern_tellings_concern_id"), "concern_tellings", ["concern_id"])
    op.create_index(op.f("ix_concern_tellings_staff_id"), "concern_tellings", ["staff_id"])
    op.create_table(
        "stand_downs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("concern_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("was_active", sa.Boolean(), nullable=False),
        sa.Column("handed_back", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(lifted_at is null) = (lifted_by is null)", name=op.f("ck_stand_downs_lifted_by_someone")),
        sa.ForeignKeyConstraint(["concern_id"], ["concerns.id"], name=op.f("fk_stand_downs_concern_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_stand_downs_person_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_stand_downs_staff_id")),
        sa.ForeignKeyConstraint(["lifted_by"], ["staff.id"], name=op.f("fk_stand_downs_lifted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_downs")),
    )
    for column in ("person_id", "staff_id", "lifted_by"):
        op.create_index(op.f(f"ix_stand_downs_{column}"), "stand_downs", [column])
    op.create_index(
        "uq_stand_downs_one_by_a_worry",
        "stand_downs",
        ["concern_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at is null"),
    )


def downgrade() -> None:
    op.drop_table("stand_downs")
    op.drop_table("concern_tellings")
    op.drop_constraint(op.f("ck_offers_stood_down_is_not_asked"), "offers")
    op.drop_column("offers", "stood_down_at")
    op.drop_column("concerns", "visit_id")
