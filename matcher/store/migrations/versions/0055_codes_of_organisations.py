"""organisations that ask for those they work with, by a code"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_TABLE = "organisations"
_PURPOSES = ("status", "match", "visit", "me", "calendar", "referral", "story")
_HOLDERS = "person_id, staff_id, referral_id, story_id"
_OPENS = (
    "(purpose = 'status') = (need_id is not null) and (purpose = 'match') = (match_id is not null)"
    " and (purpose = 'visit') = (visit_id is not null) and (purpose = 'sign_in') = (staff_id is not null)"
    " and (purpose = 'referral') = (referral_id is not null) and (purpose = 'story') = (story_id is not null)"
)


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), server_default="", nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f(f"ck_{_TABLE}_has_a_name")),
        sa.CheckConstraint("phone <> ''", name=op.f(f"ck_{_TABLE}_can_be_reached")),
        sa.CheckConstraint("ended_at >= given_at", name=op.f(f"ck_{_TABLE}_ends_after_it_began")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f(f"fk_{_TABLE}_area_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f(f"fk_{_TABLE}_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
        sa.UniqueConstraint("code_hash", name=op.f(f"uq_{_TABLE}_code_hash")),
    )
    for column in ("area_id", "staff_id"):
        op.create_index(op.f(f"ix_{_TABLE}_{column}"), _TABLE, [column])
    for table in ("private_links", "referrals"):
        op.add_column(table, sa.Column("organisation_id", sa.BigInteger(), nullable=True))
        op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])
        op.create_foreign_key(op.f(f"fk_{table}_organisation_id"), table, _TABLE, ["organisation_id"], ["id"])
    opens = f"{_OPENS} and (purpose = 'at_work') = (organisation_id is not null)"
    _rules(f"{_HOLDERS}, organisation_id", (*_PURPOSES, "at_work", "sign_in"), opens)


def downgrade() -> None:
    links = sa.table("private_links", sa.column("organisation_id"))
    op.execute(sa.delete(links).where(links.c.organisation_id.is_not(None)))
    _rules(_HOLDERS, (*_PURPOSES, "sign_in"), _OPENS)
    for table in ("private_links", "referrals"):
        op.drop_column(table, "organisation_id")
    op.drop_table(_TABLE)


def _rules(holders: str, purposes: tuple[str, ...], opens: str) -> None:
    listed = ", ".join(f"'{purpose}'" for purpose in purposes)
    for name, rule in (
        ("one_holder", f"num_nonnulls({holders}) = 1"),
        ("linkpurpose", f"purpose in ({listed})"),
        ("opens_what_it_says", opens),
    ):
        op.drop_constraint(op.f(f"ck_private_links_{name}"), "private_links", type_="check")
        op.create_check_constraint(op.f(f"ck_private_links_{name}"), "private_links", rule)
