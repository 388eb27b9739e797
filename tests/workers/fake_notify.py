"""The stand-in for GOV.UK Notify, told how to behave: message by message, in turn."""

from collections.abc import Iterator
from contextlib import contextmanager

from matcher.config import NotifySettings
from workers.pretend_notify import TAKE, Callback, PretendNotify, pretend_notify

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"


@contextmanager
def fake_notify(callback: Callback | None = None) -> Iterator[PretendNotify]:
    """One that listens on this machine only."""
    with pretend_notify(callback=callback) as notify:
        yield notify


def settings_of(notify: PretendNotify) -> NotifySettings:
    """An account there."""
    return NotifySettings(f"test-{SERVICE}-{SECRET}", notify.url, "text-template", "email-template", "")


def behave(notify: PretendNotify, *manners) -> None:
    """One manner for each message to come; then it takes whatever comes."""
    in_turn = iter(manners)
    notify.manner_of = lambda _message: next(in_turn, TAKE)
