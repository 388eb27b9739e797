"""Every error the service raises on purpose, each with a message that is safe to show.

    GritbinError
    ├── BadInput               what was typed cannot be used; carries the field it was typed in
    │   ├── PostcodeMalformed
    │   ├── PostcodeUnknown
    │   ├── PostcodeWithdrawn
    │   └── NotCovered
    ├── NotFound               no such thing, or none that this person may know of
    ├── NotAllowed             the thing is known to them, the action is not theirs
    ├── Conflict               the world moved on: someone else was first, or it is over
    │   └── MoveNotAllowed
    ├── MessageError           a message cannot be put into words: unknown event, missing or unknown value
    └── Unavailable            a part we need is down; say so and keep what was typed
        └── SetupError         `gritbin` cannot start; the message says what to do

web/errors.py maps these to HTTP statuses in one table; a command prints the sentence and exits with 1.
"""

from __future__ import annotations


class GritbinError(Exception):
    """Root of the tree. `message` is plain English and holds nothing private."""

    message = "Something went wrong."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or type(self).message
        super().__init__(self.message)


class BadInput(GritbinError):
    """What was typed cannot be used. `field` names the input, so that the message stands beside it."""

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class _PostcodeError(BadInput):
    def __init__(self, message: str | None = None, *, field: str = "postcode") -> None:
        super().__init__(message, field=field)


class PostcodeMalformed(_PostcodeError):
    """It does not have the shape of a full UK postcode."""

    message = "Enter a full UK postcode, like SN15 1ER"


class PostcodeUnknown(_PostcodeError):
    """It has the right shape and is not in the table."""

    message = "We cannot find that postcode. Check it, or call us"


class PostcodeWithdrawn(_PostcodeError):
    """It was a postcode once; Royal Mail has withdrawn it."""

    message = "That postcode is no longer in use. Enter the new one, or call us"


class NotCovered(_PostcodeError):
    """A real postcode, outside every area of the scheme."""

    message = "We do not cover that postcode yet"


class NotFound(GritbinError):
    """No such thing, or none that this person may know of: the two look the same from outside."""

    message = "We cannot find that page."


class NotAllowed(GritbinError):
    """Known to them, but not theirs to do."""

    message = "You cannot do that."


class Conflict(GritbinError):
    """The world moved on between the page and the answer."""

    message = "This has changed since you opened the page."


class MoveNotAllowed(Conflict):
    """A status may not move this way: see `lifecycle.MOVES`."""


class MessageError(GritbinError):
    """A message cannot be put into words. `message` names the event and the values, never what they hold."""

    message = "That message cannot be put into words."


class Unavailable(GritbinError):
    """A part of the service is down."""

    message = "Sorry, that is not working just now. Go back and try again, or call us."


class SetupError(Unavailable):
    """The service cannot start here. The message says what to do."""
