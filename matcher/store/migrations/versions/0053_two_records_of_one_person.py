"""two records of one person"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

# Who helps stands in these keys beside what they help with: a merge changes both ends in one transaction.
_BOTH_ENDS = (
    ("matches", "fk_matches_offer"),
    ("matches", "fk_matches_arrangement"),
    ("visits", "fk_visits_match"),
    ("arrangements", "fk_arrangements_need"),
    ("badges", "fk_badges_person_id"),
)


def upgrade() -> None:
    op.create_table(
        "merged_people",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_id <> kept_id", name=op.f("ck_merged_people_into_another")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_merged_people_person_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["people.id"], name=op.f("fk_merged_people_kept_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_merged_people_staff_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_merged_people")),
    )
    op.create_table(
        "two_people",
        sa.Column("person_a", sa.BigInteger(), nullable=False),
        sa.Column("person_b", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_a < person_b", name=op.f("ck_two_people_kept_once")),
        sa.ForeignKeyConstraint(["person_a"], ["people.id"], name=op.f("fk_two_people_person_a")),
        sa.ForeignKeyConstraint(["person_b"], ["people.id"], name=op.f("fk_two_people_person_b")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_two_people_staff_id")),
        sa.PrimaryKeyConstraint("person_a", "person_b", name=op.f("pk_two_people")),
    )
    for table, column in (
        ("merged_people", "kept_id"),
        ("merged_people", "staff_id"),
        ("two_people", "person_b"),
        ("two_people", "staff_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for table, key in _BOTH_ENDS:
        op.execute(f"alter table {table} alter constraint {key} deferrable initially immediate")


def downgrade() -> None:
    for table, key in _BOTH_ENDS:
        op.execute(f"alter table {table} alter constraint {key} not deferrable")
    op.drop_table("two_people")
    op.drop_table("merged_people")
