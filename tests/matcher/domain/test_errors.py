"""The tree of errors: drawn as it is, and safe to show."""

import re
from collections.abc import Iterator

import pytest

from matcher.domain import errors
from matcher.domain.errors import BadInput, GritbinError, NotFound, PostcodeUnknown


def below(kind: type[GritbinError]) -> Iterator[type[GritbinError]]:
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from below(child)


KINDS = tuple(below(GritbinError))
PUBLIC = tuple(kind for kind in KINDS if not kind.__name__.startswith("_"))


def drawn_parents() -> dict[str, str]:
    """Each name of the drawing in the docstring, with the name it hangs from."""
    parents, above = {}, ["GritbinError"]
    for line in (errors.__doc__ or "").splitlines():
        if branch := re.match(r"    ([│ ]*)[├└]── (\w+)", line):
            depth = len(branch[1]) // 4 + 1
            parents[branch[2]] = above[depth - 1]
            above[depth:] = [branch[2]]
    return parents


def test_the_drawing_is_the_tree() -> None:
    parents = {
        kind.__name__: next(base.__name__ for base in kind.__mro__[1:] if not base.__name__.startswith("_"))
        for kind in PUBLIC
    }

    assert drawn_parents() == parents


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_words_of_its_own_that_can_be_replaced(kind: type[GritbinError]) -> None:
    assert str(kind()) == kind().message == kind.message
    assert str(kind("Ring us.")) == kind("Ring us.").message == "Ring us."


def test_bad_input_says_which_field_it_was_typed_in() -> None:
    assert BadInput("Enter a first name", field="first_name").field == "first_name"
    assert BadInput("Enter a first name").field is None


def test_a_bad_postcode_stands_beside_the_postcode_unless_told_otherwise() -> None:
    assert PostcodeUnknown().field == "postcode"
    assert PostcodeUnknown(field="home").field == "home"


def test_a_thing_one_may_not_know_of_reads_like_one_that_does_not_exist() -> None:
    assert str(NotFound()) == "We cannot find that page."
