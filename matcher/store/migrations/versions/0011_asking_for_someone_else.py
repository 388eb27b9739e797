"""asking for someone else: who asked, and the news and the page that tell them the outcome"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_PURPOSES = ("status", "match", "visit", "me", "calendar", "sign_in")
_OPENS = (
    "(purpose = 'status') = (need_id is not null) and (purpose = 'match') = (match_id is not null)"
    " and (purpose = 'visit') = (visit_id is not null) and (purpose = 'sign_in') = (staff_id is not null)"
)
_BEFORE, _AFTER = "event_person_id_staff_id_channel", "event_person_id_staff_id_referral_id_channel"
_ONE = {"notifications": "one_recipient", "private_links": "one_holder"}


def upgrade() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("need_id", sa.BigInteger(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), server_default="", nullable=False),
        sa.Column("organisation", sa.String(), server_default="", nullable=False),
        sa.Column("role", sa.String(), server_default="", nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(organisation = '') = (role = '')", name=op.f("ck_referrals_at_work_or_not")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_referrals_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("need_id", name=op.f("uq_referrals_need_id")),
    )
    for table in _ONE:
        op.add_column(table, sa.Column("referral_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_referral_id"), table, "referrals", ["referral_id"], ["id"])
        op.create_index(op.f(f"ix_{table}_referral_id"), table, ["referral_id"])
    _check("num_nonnulls(person_id, staff_id, referral_id) = 1")
    _unique(_BEFORE, _AFTER)
    _purposes(*_PURPOSES, "referral", opens=f"{_OPENS} and (purpose = 'referral') = (referral_id is not null)")


def downgrade() -> None:
    op.execute("delete from notifications where referral_id is not null")
    op.execute("delete from private_links where referral_id is not null")
    _purposes(*_PURPOSES, opens=_OPENS)
    _check("num_nonnulls(person_id, staff_id) = 1")
    _unique(_AFTER, _BEFORE)
    for table in _ONE:
        op.drop_index(op.f(f"ix_{table}_referral_id"), table_name=table)
        op.drop_column(table, "referral_id")
    op.drop_table("referrals")


def _check(one: str) -> None:
    for table, name in _ONE.items():
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, one)


def _unique(before: str, after: str) -> None:
    op.drop_constraint(op.f(f"uq_notifications_{before}"), "notifications", type_="unique")
    columns = ["event", "person_id", "staff_id", *(["referral_id"] if "referral" in after else []), "channel"]
    op.create_unique_constraint(
        op.f(f"uq_notifications_{after}"), "notifications", columns, postgresql_nulls_not_distinct=True
    )


def _purposes(*purposes: str, opens: str) -> None:
    listed = ", ".join(f"'{purpose}'" for purpose in purposes)
    for name, rule in (("linkpurpose", f"purpose in ({listed})"), ("opens_what_it_says", opens)):
        op.drop_constraint(op.f(f"ck_private_links_{name}"), "private_links", type_="check")
        op.create_check_constraint(op.f(f"ck_private_links_{name}"), "private_links", rule)
