"""prices with their sources, the rates chosen, the scheme's own costs and the savings it claims"""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_SHARE = sa.Numeric(6, 5)
_USES = ("hour", "message", "event", "comparator", "wellbeing", "not_used")


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name: str, kind: sa.Numeric[Decimal]) -> sa.Column[Decimal]:
    return sa.Column(name, kind, nullable=False)


def _choice(column: str, name: str, words: tuple[str, ...]) -> sa.Column[str]:
    return sa.Column(
        column, sa.Enum(*words, native_enum=False, create_constraint=True, length=32, name=name), nullable=False
    )


def _id(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), sa.Identity(always=False), primary_key=True)


def _by(table: str, name: str, *, nullable: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey("staff.id", name=op.f(f"fk_{table}_{name}"))
    return sa.Column(name, sa.BigInteger(), key, nullable=nullable)


def _checks(table: str, **rules: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()]


def upgrade() -> None:
    op.create_table(
        "prices",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        _choice("use", op.f("ck_prices_priceuse"), _USES),
        _words("unit"),
        sa.UniqueConstraint("key", "use", name=op.f("uq_prices_key_use")),
    )
    op.create_table(
        "price_figures",
        _id(),
        sa.Column(
            "price_key",
            sa.String(),
            sa.ForeignKey("prices.key", name=op.f("fk_price_figures_price_key")),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        _number("pounds", sa.Numeric(12, 4)),
        *(_words(name) for name in ("year", "source_title", "publisher", "url_seen", "seen_as", "notes")),
        _moment("set_at"),
        _by("price_figures", "set_by", nullable=True),
        sa.UniqueConstraint("price_key", "version", name=op.f("uq_price_figures_price_key_version")),
        *_checks(
            "price_figures",
            costs_something="pounds > 0",
            somebody_changed_it="version = 1 or set_by is not null",
            has_a_source="year <> '' and source_title <> ''",
        ),
    )
    op.create_table(
        "worth_choices",
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        *(_words(f"{end}_key") for end in ("low", "central", "high")),
        _choice("rate_use", op.f("ck_worth_choices_priceuse"), _USES),
        *(_number(f"anyway_{end}", _SHARE) for end in ("least", "central", "most")),
        _words("anyway_source"),
        _moment("set_at"),
        _by("worth_choices", "set_by", nullable=True),
        *(
            sa.ForeignKeyConstraint([f"{end}_key", "rate_use"], ["prices.key", "prices.use"], name=f"fk_worth_{end}")
            for end in ("low", "central", "high")
        ),
        *_checks(
            "worth_choices",
            rates_are_of_hours="rate_use = 'hour'",
            shares_in_order="0 <= anyway_least and anyway_least <= anyway_central"
            " and anyway_central <= anyway_most and anyway_most <= 1",
            a_share_has_a_source="anyway_most = 0 or anyway_source <> ''",
        ),
    )
    op.create_table(
        "scheme_costs",
        _id(),
        sa.Column(
            "area_id",
            sa.BigInteger(),
            sa.ForeignKey("areas.id", name=op.f("fk_scheme_costs_area_id")),
            nullable=False,
        ),
        _choice("what", op.f("ck_scheme_costs_costof"), ("staff", "checks", "salt", "other")),
        _number("quantity", sa.Numeric(10, 2)),
        _number("unit_pounds", sa.Numeric(10, 4)),
        _number("unsure", _SHARE),
        _words("source"),
        sa.Column("spent_on", sa.Date(), nullable=False),
        _moment("entered_at"),
        _by("scheme_costs", "entered_by"),
        _moment("withdrawn_at", nullable=True),
        _by("scheme_costs", "withdrawn_by", nullable=True),
        *_checks(
            "scheme_costs",
            costs_something="quantity > 0 and unit_pounds > 0",
            unsure_by_a_share="unsure between 0 and 1",
            has_a_source="source <> ''",
            somebody_withdrew_it="(withdrawn_at is null) = (withdrawn_by is null)",
        ),
    )
    op.create_table(
        "avoided_costs",
        _id(),
        sa.Column(
            "kind_slug",
            sa.String(),
            sa.ForeignKey("kinds.slug", name=op.f("fk_avoided_costs_kind_slug")),
            nullable=False,
        ),
        _words("event"),
        _number("chance", _SHARE),
        _words("chance_source"),
        _words("price_key"),
        _choice("price_use", op.f("ck_avoided_costs_priceuse"), _USES),
        _number("share", _SHARE),
        _words("share_why"),
        _words("not_proved"),
        _moment("on_at"),
        _by("avoided_costs", "on_by"),
        _moment("off_at", nullable=True),
        _by("avoided_costs", "off_by", nullable=True),
        sa.ForeignKeyConstraint(
            ["price_key", "price_use"], ["prices.key", "prices.use"], name="fk_avoided_costs_price"
        ),
        *_checks(
            "avoided_costs",
            prices_are_of_events="price_use = 'event'",
            some_chance_and_share="chance > 0 and chance <= 1 and share > 0 and share <= 1",
            all_is_said="event <> '' and chance_source <> '' and share_why <> '' and not_proved <> ''",
            somebody_switched_it_off="(off_at is null) = (off_by is null)",
        ),
    )
    op.create_index(
        "uq_avoided_costs_one_of_a_kind",
        "avoided_costs",
        ["kind_slug"],
        unique=True,
        postgresql_where=sa.text("off_at is null"),
    )
    for table, columns in _FOLLOWED.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


_FOLLOWED = {
    "price_figures": ("set_by",),
    "worth_choices": ("set_by",),
    "scheme_costs": ("area_id", "entered_by", "withdrawn_by"),
    "avoided_costs": ("on_by", "off_by"),
}


def downgrade() -> None:
    for table in ("avoided_costs", "scheme_costs", "worth_choices", "price_figures", "prices"):
        op.drop_table(table)
