"""How long what people told us is kept. The sweep, the privacy page and docs/privacy.md say the same."""

from __future__ import annotations

from datetime import timedelta

# Someone with nothing under way: no request that is open, no offer that stands, no wish to be asked in the cold.
PERSON_KEPT = timedelta(days=90)
# Who asked for someone else, once that request is over.
ASKER_KEPT = timedelta(days=90)
# A word of thanks, and what was told of a visit, once the team has dealt with it.
WORDS_KEPT = timedelta(days=365)
# A worry, once it was passed on or dealt with: by then whoever acts on it keeps a record of their own.
WORRY_KEPT = timedelta(days=365)
# A photo of a grit bin or the like, once somebody has looked again; and however long nobody does.
PHOTO_KEPT = timedelta(days=7)
PHOTO_KEPT_MOST = timedelta(days=90)
