"""Places: what the council and others put in, who may use it for what, and how much is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum


class PlaceKind(StrEnum):
    """What stands there."""

    GRIT_BIN = "grit_bin"
    SALT_STORE = "salt_store"
    SHOVELS = "shovels"
    WARM_SPACE = "warm_space"
    VILLAGE_HALL = "village_hall"
    DEFIBRILLATOR = "defibrillator"
    LIFT_POINT = "lift_point"


class UseRule(StrEnum):
    """What its salt may be used for. Councils say that a roadside bin is for public paths and roads only."""

    PUBLIC_ONLY = "public_only"
    ANY_PATH = "any_path"
    PRIVATE = "private"


class Stock(StrEnum):
    """How much is left."""

    FULL = "full"
    HALF = "half"
    EMPTY = "empty"


KIND_WORDS: Mapping[PlaceKind, str] = {
    PlaceKind.GRIT_BIN: "grit bin",
    PlaceKind.SALT_STORE: "village salt store",
    PlaceKind.SHOVELS: "shovels to borrow",
    PlaceKind.WARM_SPACE: "warm space",
    PlaceKind.VILLAGE_HALL: "village hall",
    PlaceKind.DEFIBRILLATOR: "defibrillator",
    PlaceKind.LIFT_POINT: "lift-share point",
}
RULE_WORDS: Mapping[UseRule, str] = {
    UseRule.PUBLIC_ONLY: "public paths and roads only",
    UseRule.ANY_PATH: "any path",
    UseRule.PRIVATE: "private stock",
}
STOCK_WORDS: Mapping[Stock, str] = {Stock.FULL: "full", Stock.HALF: "half full", Stock.EMPTY: "empty"}

WITH_SALT = frozenset({PlaceKind.GRIT_BIN, PlaceKind.SALT_STORE})
WITH_STOCK = WITH_SALT | {PlaceKind.SHOVELS}

_PUBLIC_GROUND = frozenset({"pavement"})  # of what a resident may ask to be cleared


def default_rule(kind: PlaceKind) -> UseRule | None:
    """What holds until somebody who may has agreed otherwise; None for what holds no salt."""
    if kind not in WITH_SALT:
        return None
    return UseRule.PUBLIC_ONLY if kind is PlaceKind.GRIT_BIN else UseRule.PRIVATE


def rules_that_allow(details: Collection[str]) -> frozenset[UseRule]:
    """The use rules under which salt may be taken for a job, by what is to be cleared.

    Only where nothing but the pavement is named is it public ground; private stock is its owner's to give.
    """
    is_public = bool(details) and set(details) <= _PUBLIC_GROUND
    return frozenset({UseRule.ANY_PATH, UseRule.PUBLIC_ONLY} if is_public else {UseRule.ANY_PATH})


def rule_words(rule: UseRule, agreed_by: str) -> str:
    """`any path, agreed by the parish council`."""
    return f"{RULE_WORDS[rule]}, agreed by {agreed_by}" if agreed_by else RULE_WORDS[rule]
