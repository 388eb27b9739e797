"""Small numbers: where anyone can read it, fewer than five is never told exactly, since it could point at someone."""

FEWEST_SHOWN = 5
ROUNDED_TO = 5


def count_words(count: int) -> str:
    """A count as a public page may show it."""
    return str(count) if count >= FEWEST_SHOWN else f"fewer than {FEWEST_SHOWN}"


def rounded(count: int) -> int | None:
    """To the nearest 5; None for fewer than 5, none at all among them."""
    return None if count < FEWEST_SHOWN else ROUNDED_TO * ((count + ROUNDED_TO // 2) // ROUNDED_TO)


def count_or_none_words(count: int) -> str:
    """The same where it matters whether there was anybody at all."""
    return count_words(count) if count else "none"
