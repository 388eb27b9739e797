"""what people are asked after a good visit, once a month at most"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_KNOWN = (
    "answer is null or about = 'anything_else' and answer in ('ask', 'ring', 'no')"
    " or about = 'give_back' and answer in ('chat', 'parcel', 'story', 'other', 'no')"
    " or about = 'more_for_them' and answer in ('yes', 'no')"
)


def upgrade() -> None:
    abouts = ("anything_else", "give_back", "more_for_them")
    about = sa.Enum(*abouts, name="growthabout", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "growth_asks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("about", about, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dealt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dealt_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "rests_until - asked_at >= interval '28 days'", name=op.f("ck_growth_asks_rests_for_a_month")
        ),
        sa.CheckConstraint("(answer is null) = (answered_at is null)", name=op.f("ck_growth_asks_answered_once")),
        sa.CheckConstraint(_KNOWN, name=op.f("ck_growth_asks_known_answer")),
        sa.CheckConstraint(
            "(dealt_at is null) = (dealt_by is null)", name=op.f("ck_growth_asks_somebody_dealt_with_it")
        ),
        postgresql.ExcludeConstraint(
            ("person_id", "="),
            (sa.func.tstzrange(sa.text("asked_at"), sa.text("rests_until")), "&&"),
            name="ex_growth_asks_one_a_month",
            using="gist",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_growth_asks_person_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_growth_asks_visit_id")),
        sa.ForeignKeyConstraint(["dealt_by"], ["staff.id"], name=op.f("fk_growth_asks_dealt_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_growth_asks")),
    )
    for column in ("person_id", "visit_id", "dealt_by"):
        op.create_index(op.f(f"ix_growth_asks_{column}"), "growth_asks", [column])
    op.create_index(
        "uq_growth_asks_give_back",
        "growth_asks",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("about = 'give_back'"),
    )


def downgrade() -> None:
    op.drop_table("growth_asks")
