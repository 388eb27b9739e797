"""stories told by a picture or a voice note"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_TYPES = (
    "case kind when 'picture' then content_type = 'image/jpeg'"
    " else content_type in ('audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/wav') end"
)
_SIZES = "octet_length(content) between 1 and case kind when 'picture' then 2097152 else 8388608 end"
_MEASURES = "case kind when 'picture' then num_nulls(width, height) = 0 else num_nonnulls(width, height) = 0 end"
_CHECKED = "checked @> array['names', 'places', 'health', 'others'{}]"
_BEFORE, _ALL_OF_IT = "md5(words)", "md5(words || coalesce(picture_mark, '') || coalesce(voice_mark, ''))"


def upgrade() -> None:
    op.create_table(
        "story_pieces",
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        *_content("story_pieces"),
        sa.Column("shows", sa.String(), nullable=False),
        sa.Column("mark", sa.TEXT(), sa.Computed("md5(kind || shows || md5(content))", persisted=True), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'picture') = (shows <> '')", name=op.f("ck_story_pieces_a_picture_is_described")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_pieces_story_id")),
        sa.PrimaryKeyConstraint("story_id", "kind", name=op.f("pk_story_pieces")),
        sa.UniqueConstraint("story_id", "mark", name=op.f("uq_story_pieces_story_id_mark")),
    )
    op.create_table(
        "unsent_pieces",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        *_content("unsent_pieces"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_unsent_pieces")),
    )
    op.create_index(op.f("ix_unsent_pieces_expires_at"), "unsent_pieces", ["expires_at"])
    told: sa.Column[bool] = sa.Column("is_told_with_more", sa.Boolean(), server_default="false", nullable=False)
    op.add_column("stories", told)
    op.drop_constraint(op.f("ck_stories_in_words"), "stories")
    op.create_check_constraint(op.f("ck_stories_gone_without_a_word"), "stories", "withdrawn_at is null or words = ''")
    somehow = "withdrawn_at is not null or words <> '' or is_told_with_more"
    op.create_check_constraint(op.f("ck_stories_told_somehow"), "stories", somehow)
    for column in ("picture_mark", "voice_mark"):
        op.add_column("story_wordings", sa.Column(column, sa.TEXT(), nullable=True))
    _sum_of(_ALL_OF_IT)
    written = sa.Computed("words <> ''", persisted=True)
    op.add_column("story_wordings", sa.Column("is_written", sa.Boolean(), written, nullable=False))
    op.create_unique_constraint(op.f("uq_story_wordings_id_is_written"), "story_wordings", ["id", "is_written"])
    for what in ("picture", "voice"):
        op.create_foreign_key(
            f"fk_story_wordings_with_this_{what}",
            "story_wordings",
            "story_pieces",
            ["story_id", f"{what}_mark"],
            ["story_id", "mark"],
        )
    op.drop_constraint(op.f("ck_story_wordings_in_words"), "story_wordings")
    op.create_check_constraint(op.f("ck_story_wordings_in_words"), "story_wordings", "words <> '' or number = 1")
    op.add_column("story_publications", sa.Column("is_written", sa.Boolean(), server_default="true", nullable=False))
    op.create_check_constraint(op.f("ck_story_publications_in_words"), "story_publications", "is_written")
    op.create_foreign_key(
        "fk_story_publications_in_words",
        "story_publications",
        "story_wordings",
        ["wording_id", "is_written"],
        ["id", "is_written"],
    )
    op.drop_constraint(op.f("ck_story_publications_all_checked"), "story_publications")
    op.execute("update story_publications set checked = checked || 'picture'::text")  # they have none: nothing to find
    wanted = _CHECKED.format(", 'picture'")
    op.create_check_constraint(op.f("ck_story_publications_all_checked"), "story_publications", wanted)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_story_publications_all_checked"), "story_publications")
    op.create_check_constraint(op.f("ck_story_publications_all_checked"), "story_publications", _CHECKED.format(""))
    op.drop_constraint("fk_story_publications_in_words", "story_publications")
    op.drop_column("story_publications", "is_written")
    for what in ("picture", "voice"):
        op.drop_constraint(f"fk_story_wordings_with_this_{what}", "story_wordings")
    op.drop_column("story_wordings", "is_written")
    for table in ("stories", "story_wordings"):  # what was told without words needs some
        told = "update {} set words = 'Told by a picture or a voice note.' where words = ''"
        op.execute(told.format(table) + (" and withdrawn_at is null" if table == "stories" else ""))
    _sum_of(_BEFORE)
    for column in ("picture_mark", "voice_mark"):
        op.drop_column("story_wordings", column)
    op.drop_constraint(op.f("ck_story_wordings_in_words"), "story_wordings")
    op.create_check_constraint(op.f("ck_story_wordings_in_words"), "story_wordings", "words <> ''")
    for name in ("gone_without_a_word", "told_somehow"):
        op.drop_constraint(op.f(f"ck_stories_{name}"), "stories")
    op.create_check_constraint(op.f("ck_stories_in_words"), "stories", "(words = '') = (withdrawn_at is not null)")
    op.drop_column("stories", "is_told_with_more")
    op.drop_table("unsent_pieces")
    op.drop_table("story_pieces")


def _content(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(
            "kind",
            sa.Enum("picture", "voice", name="piece", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.CheckConstraint(_TYPES, name=op.f(f"ck_{table}_of_a_known_type")),
        sa.CheckConstraint(_SIZES, name=op.f(f"ck_{table}_small")),
        sa.CheckConstraint(_MEASURES, name=op.f(f"ck_{table}_measured")),
    ]


def _sum_of(expression: str) -> None:
    """What an approval is given to, anew: approvals are given to the same words as before."""
    op.drop_constraint("fk_story_approvals_of_these_words", "story_approvals")
    op.drop_constraint(op.f("uq_story_wordings_id_story_id_words_md5"), "story_wordings")
    op.drop_column("story_wordings", "words_md5")
    computed = sa.Column("words_md5", sa.TEXT(), sa.Computed(expression, persisted=True), nullable=False)
    op.add_column("story_wordings", computed)
    op.create_unique_constraint(
        op.f("uq_story_wordings_id_story_id_words_md5"), "story_wordings", ["id", "story_id", "words_md5"]
    )
    op.execute(
        "update story_approvals a set words_md5 = w.words_md5 from story_wordings w"
        " where w.id = a.wording_id and w.words_md5 <> a.words_md5"
    )
    op.create_foreign_key(
        "fk_story_approvals_of_these_words",
        "story_approvals",
        "story_wordings",
        ["wording_id", "story_id", "words_md5"],
        ["id", "story_id", "words_md5"],
    )
