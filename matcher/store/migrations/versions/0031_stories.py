"""stories: told, agreed to, put out and taken back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_PURPOSES = ("status", "match", "visit", "me", "calendar", "referral")
_OPENS = (
    "(purpose = 'status') = (need_id is not null) and (purpose = 'match') = (match_id is not null)"
    " and (purpose = 'visit') = (visit_id is not null) and (purpose = 'sign_in') = (staff_id is not null)"
    " and (purpose = 'referral') = (referral_id is not null)"
)
_TABLES = ("story_publications", "story_approvals", "story_wordings", "story_tellers", "story_prints", "stories")


def upgrade() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("typed_by", sa.BigInteger(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("feeling", sa.SmallInteger(), nullable=True),
        sa.Column("often", sa.SmallInteger(), nullable=True),
        sa.Column("matters", sa.SmallInteger(), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "team", "board", "public", "named", name="level", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("shown_name", sa.String(), server_default="", nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent_wording", sa.String(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_by", sa.BigInteger(), nullable=True),
        sa.Column("talk_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_hidden_issue", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_minority_view", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_how", sa.String(), nullable=True),
        sa.CheckConstraint("(how = 'web') = (typed_by is null)", name=op.f("ck_stories_typed_by_whom")),
        sa.CheckConstraint("(words = '') = (withdrawn_at is not null)", name=op.f("ck_stories_in_words")),
        sa.CheckConstraint("about in ('thanks', 'worry', 'idea', 'disagree')", name=op.f("ck_stories_about")),
        sa.CheckConstraint("how in ('web', 'connector', 'phone', 'post')", name=op.f("ck_stories_how")),
        sa.CheckConstraint(
            "level <> 'named' or shown_name <> '' or withdrawn_at is not null", name=op.f("ck_stories_named")
        ),
        sa.CheckConstraint(
            "level in ('public', 'named') or shown_name = ''", name=op.f("ck_stories_no_name_but_in_public")
        ),
        sa.CheckConstraint(
            "withdrawn_at is null or num_nonnulls(about, feeling, often, matters, talk_since) = 0 and shown_name = ''",
            name=op.f("ck_stories_withdrawn_is_erased"),
        ),
        sa.CheckConstraint(
            "withdrawn_how in ('link', 'phone', 'post', 'expired')", name=op.f("ck_stories_withdrawn_how")
        ),
        sa.CheckConstraint("(looked_at is null) = (looked_by is null)", name=op.f("ck_stories_looked_at_by_someone")),
        sa.CheckConstraint(
            "(withdrawn_at is null) = (withdrawn_how is null)", name=op.f("ck_stories_withdrawn_somehow")
        ),
        sa.CheckConstraint("consent_until > consent_at", name=op.f("ck_stories_consent_ends")),
        sa.CheckConstraint(
            "feeling between 1 and 5 and often between 1 and 5 and matters between 1 and 5",
            name=op.f("ck_stories_scales"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_stories_area_id")),
        sa.ForeignKeyConstraint(["looked_by"], ["staff.id"], name=op.f("fk_stories_looked_by")),
        sa.ForeignKeyConstraint(["typed_by"], ["staff.id"], name=op.f("fk_stories_typed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        sa.UniqueConstraint("id", "level", name=op.f("uq_stories_id_level")),
        sa.UniqueConstraint("reference", name=op.f("uq_stories_reference")),
    )
    op.create_index(op.f("ix_stories_area_id"), "stories", ["area_id"])
    op.create_index(op.f("ix_stories_looked_by"), "stories", ["looked_by"])
    op.create_index(op.f("ix_stories_typed_by"), "stories", ["typed_by"])
    op.create_index("ix_stories_waiting", "stories", ["told_at"], postgresql_where=sa.text("withdrawn_at is null"))
    op.create_table(
        "story_prints",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("where_printed", sa.String(), nullable=False),
        sa.Column("printed_on", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("where_printed <> ''", name=op.f("ck_story_prints_somewhere")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_story_prints_staff_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_prints_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_prints")),
    )
    op.create_index(op.f("ix_story_prints_staff_id"), "story_prints", ["staff_id"])
    op.create_index(op.f("ix_story_prints_story_id"), "story_prints", ["story_id"])
    op.create_table(
        "story_tellers",
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), server_default="", nullable=False),
        sa.Column("email", sa.String(), server_default="", nullable=False),
        sa.Column("address", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "case contact when 'email' then email when 'letter' then address else phone end <> ''",
            name=op.f("ck_story_tellers_reached"),
        ),
        sa.CheckConstraint("contact in ('text', 'phone', 'email', 'letter')", name=op.f("ck_story_tellers_contact")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_tellers_story_id")),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_story_tellers")),
    )
    op.create_table(
        "story_wordings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.TEXT(), nullable=False),
        sa.Column("words_md5", sa.TEXT(), sa.Computed("md5(words)", persisted=True), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_story_wordings_in_words")),
        sa.CheckConstraint("number = 1 or written_by is not null", name=op.f("ck_story_wordings_changed_by_someone")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_wordings_story_id")),
        sa.ForeignKeyConstraint(["written_by"], ["staff.id"], name=op.f("fk_story_wordings_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_wordings")),
        sa.UniqueConstraint("id", "story_id", "words_md5", name=op.f("uq_story_wordings_id_story_id_words_md5")),
        sa.UniqueConstraint("story_id", "number", name=op.f("uq_story_wordings_story_id_number")),
    )
    op.create_index(op.f("ix_story_wordings_written_by"), "story_wordings", ["written_by"])
    op.create_table(
        "story_approvals",
        sa.Column("wording_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "team", "board", "public", "named", name="level", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("words_md5", sa.TEXT(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(how in ('told', 'link')) = (staff_id is null)", name=op.f("ck_story_approvals_heard_by_someone")
        ),
        sa.CheckConstraint(
            "how in ('told', 'link', 'phone', 'in_person', 'post')", name=op.f("ck_story_approvals_how")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_story_approvals_staff_id")),
        sa.ForeignKeyConstraint(
            ["wording_id", "story_id", "words_md5"],
            ["story_wordings.id", "story_wordings.story_id", "story_wordings.words_md5"],
            name="fk_story_approvals_of_these_words",
        ),
        sa.PrimaryKeyConstraint("wording_id", "level", name=op.f("pk_story_approvals")),
        sa.UniqueConstraint(
            "wording_id", "story_id", "level", name=op.f("uq_story_approvals_wording_id_story_id_level")
        ),
    )
    op.create_index(op.f("ix_story_approvals_staff_id"), "story_approvals", ["staff_id"])
    op.create_index(op.f("ix_story_approvals_story_id"), "story_approvals", ["story_id"])
    op.create_table(
        "story_publications",
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("wording_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "team", "board", "public", "named", name="level", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("checked", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "checked @> array['names', 'places', 'health', 'others']", name=op.f("ck_story_publications_all_checked")
        ),
        sa.CheckConstraint("level <> 'team'", name=op.f("ck_story_publications_beyond_the_team")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_story_publications_staff_id")),
        sa.ForeignKeyConstraint(
            ["story_id", "level"], ["stories.id", "stories.level"], name="fk_story_publications_at_their_level"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_publications_story_id")),
        sa.ForeignKeyConstraint(
            ["wording_id", "story_id", "level"],
            ["story_approvals.wording_id", "story_approvals.story_id", "story_approvals.level"],
            name="fk_story_publications_as_approved",
        ),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_story_publications")),
    )
    op.create_index(op.f("ix_story_publications_staff_id"), "story_publications", ["staff_id"])
    op.create_index(op.f("ix_story_publications_wording_id"), "story_publications", ["wording_id"])
    op.add_column("notifications", sa.Column("story_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_notifications_story_id"), "notifications", ["story_id"])
    op.create_foreign_key(op.f("fk_notifications_story_id"), "notifications", "stories", ["story_id"], ["id"])
    op.add_column("private_links", sa.Column("story_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_private_links_story_id"), "private_links", ["story_id"])
    op.create_foreign_key(op.f("fk_private_links_story_id"), "private_links", "stories", ["story_id"], ["id"])

    _checks("person_id, staff_id, referral_id, story_id")
    _purposes(*_PURPOSES, "story", "sign_in", opens=f"{_OPENS} and (purpose = 'story') = (story_id is not null)")


def downgrade() -> None:
    for table in ("notifications", "private_links"):
        op.execute(sa.delete(sa.table(table, sa.column("story_id"))).where(sa.column("story_id").is_not(None)))
    _purposes(*_PURPOSES, "sign_in", opens=_OPENS)
    _checks("person_id, staff_id, referral_id")
    for table in ("notifications", "private_links"):
        op.drop_column(table, "story_id")
    for table in _TABLES:
        op.drop_table(table)


def _checks(holders: str) -> None:
    one = f"num_nonnulls({holders}) = 1"
    sender = f" or num_nonnulls({holders}) = 0 and inbound_id is not null"
    for table, name, rule in (("notifications", "one_recipient", one + sender), ("private_links", "one_holder", one)):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)


def _purposes(*purposes: str, opens: str) -> None:
    listed = ", ".join(f"'{purpose}'" for purpose in purposes)
    for name, rule in (("linkpurpose", f"purpose in ({listed})"), ("opens_what_it_says", opens)):
        op.drop_constraint(op.f(f"ck_private_links_{name}"), "private_links", type_="check")
        op.create_check_constraint(op.f(f"ck_private_links_{name}"), "private_links", rule)
