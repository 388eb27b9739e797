"""whom the team keeps a visit for, and whom it keeps apart, with the reasons"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_WHY = "why in ('knows_them', 'spoke', 'nearer', 'urgent', 'other'{})"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_hand_choices_why"), "hand_choices")
    op.create_check_constraint(op.f("ck_hand_choices_why"), "hand_choices", _WHY.format(", 'nobody_else'"))
    op.create_check_constraint(
        op.f("ck_hand_choices_nobody_else"),
        "hand_choices",
        "why <> 'nobody_else' or (cardinality(set_aside) > 0 and not is_assigned)",
    )
    op.create_table(
        "pins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("occurrence_id", sa.BigInteger(), nullable=True),
        sa.Column("need_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(occurrence_id, need_id) = 1", name=op.f("ck_pins_of_one_thing")),
        sa.CheckConstraint("why in ('knows_them', 'spoke', 'asked_for', 'other')", name=op.f("ck_pins_why")),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_pins_occurrence_id")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_pins_need_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_pins_person_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_pins_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pins")),
    )
    op.create_index(op.f("ix_pins_person_id"), "pins", ["person_id"])
    op.create_index(op.f("ix_pins_staff_id"), "pins", ["staff_id"])
    for name, column in (("uq_pins_one_of_a_visit", "occurrence_id"), ("uq_pins_one_of_a_need", "need_id")):
        op.create_index(name, "pins", [column], unique=True, postgresql_where=sa.text("lifted_at is null"))
    op.create_table(
        "apart_choices",
        sa.Column("person_a", sa.BigInteger(), nullable=False),
        sa.Column("person_b", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("why in ('asked', 'fell_out', 'safety', 'other')", name=op.f("ck_apart_choices_why")),
        sa.ForeignKeyConstraint(
            ["person_a", "person_b"], ["never_pairs.person_a", "never_pairs.person_b"], name="fk_apart_choices_pair"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_apart_choices_staff_id")),
        sa.PrimaryKeyConstraint("person_a", "person_b", name=op.f("pk_apart_choices")),
    )
    op.create_index(op.f("ix_apart_choices_staff_id"), "apart_choices", ["staff_id"])


def downgrade() -> None:
    op.drop_table("apart_choices")
    op.drop_table("pins")
    op.execute("update hand_choices set why = 'other' where why = 'nobody_else'")
    op.drop_constraint(op.f("ck_hand_choices_nobody_else"), "hand_choices")
    op.drop_constraint(op.f("ck_hand_choices_why"), "hand_choices")
    op.create_check_constraint(op.f("ck_hand_choices_why"), "hand_choices", _WHY.format(""))
