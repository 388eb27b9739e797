"""A story: told, agreed to, put out, changed, and taken back until not a word of it is left."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.stories import CHECKS, CONSENT_LASTS, Level, Piece, Reader, Stage
from matcher.services import (
    attached_stories,
    erasure,
    own_story,
    places,
    retention,
    sent_copies,
    stories,
    story_pieces,
    story_queue,
    story_reading,
    story_withdrawal,
    upkeep,
)
from matcher.services.attached_stories import Thing
from matcher.services.places import PlaceDraft
from matcher.services.stories import Reach, StoryDraft, Typed
from matcher.services.story_desk import Keeper
from matcher.services.story_pieces import Offered
from matcher.store.models import (
    AttachedStory,
    PrivateLink,
    Story,
    StoryApproval,
    StoryPiece,
    StoryPrint,
    StoryPublication,
    StoryTeller,
    StoryWording,
    UnsentPiece,
)
from tests.sent_files import photo, wav

ALL = [code for code, _ in CHECKS]
WORDS = "Quincepaste. Nobody could get up the hill for four days."


def tell(world, *, level="public", contact="text", typed=None, about="worry", words=WORDS, **changes):
    reach = Reach(contact, "Marjorie", phone="07700 900555", email="marjorie@example.org", address="1 Orchard View")
    draft = StoryDraft(words, about, level, reach=reach if contact else Reach(), **changes)
    with world.work() as session:
        return stories.tell_story(session, draft, typed=typed, now=world.now)


def test_a_story_is_about_no_area_that_was_closed_meanwhile_and_finds_one_that_was_renamed(world):
    world.execute("update areas set slug = 'calne-and-around' where slug = 'calne'")
    world.execute("update areas set closed_at = :now where slug = 'tidworth'", now=world.now)
    tell(world, area="calne")
    assert world.one(Story).area_id == world.area_id("calne-and-around")
    with pytest.raises(BadInput) as refused:
        tell(world, area="tidworth")
    assert refused.value.field == "area"


def chosen(world, *, shows="A heap of snow", shared=tuple(Piece)):
    """A picture and a voice note, chosen for a story."""
    sent = {Piece.PICTURE: photo(), Piece.VOICE: wav()}
    with world.work() as session:
        keys = {kind: story_pieces.keep_unsent(session, kind, file, now=world.now) for kind, file in sent.items()}
    return Offered(keys, shows, frozenset(shared))


def piece(world, told, kind, reader=None):
    """A piece of a story for its teller, or for a reader."""
    with world.work() as session:
        if reader is None:
            return own_story.piece(session, told.story_id, kind, now=world.now)
        return story_reading.piece_for(session, reader, told.story_id, kind, now=world.now)


def seen_by(world, told):
    """reader -> which pieces they may see or hear now."""
    found = {}
    for reader in Reader:
        for kind in Piece:
            try:
                piece(world, told, kind, reader)
            except NotFound:
                continue
            found.setdefault(reader, set()).add(kind)
    return found


@pytest.fixture
def ruth(world):
    """Ruth's verbs on a story."""
    staff_id, areas = world.coordinator(), frozenset(row[0] for row in world.execute("select id from areas"))

    def keep(told, do):
        with world.work() as session:
            do(Keeper(session, told.story_id, staff_id=staff_id, area_ids=areas, now=world.now))

    return keep


def put_out(ruth, told):
    ruth(told, lambda keeper: keeper.publish(ALL))


def public(world):
    with world.work() as session:
        return [one.words for one in story_reading.out_for(session, Reader.PUBLIC, now=world.now)]


def own(world, told):
    with world.work() as session:
        return own_story.read(session, told.story_id, now=world.now)


def stage(world):
    areas = frozenset(row[0] for row in world.execute("select id from areas"))
    with world.work() as session:
        (row,) = story_queue.queue(session, areas, now=world.now)
    return row.stage


def test_what_its_teller_sent_may_be_put_out_as_it_is_and_not_before_it_was_checked(world, ruth):
    told = tell(world, area="calne")
    assert (public(world), stage(world)) == ([], Stage.NEW)
    with pytest.raises(BadInput):
        ruth(told, lambda keeper: keeper.publish(ALL[1:]))
    put_out(ruth, told)
    assert (public(world), stage(world)) == ([WORDS], Stage.PUBLISHED)
    ruth(told, lambda keeper: keeper.take_in())
    assert (public(world), stage(world)) == ([], Stage.APPROVED)


def test_other_words_are_read_by_nobody_until_the_teller_says_yes_to_exactly_them(world, ruth):
    told = tell(world)
    put_out(ruth, told)
    ruth(told, lambda keeper: keeper.reword("Quincepaste. Four days on the hill."))
    assert (public(world), stage(world)) == ([WORDS], Stage.TALK)  # what they agreed to stays
    with pytest.raises(BadInput):
        put_out(ruth, told)
    seen = own(world, told)
    ruth(told, lambda keeper: keeper.reword("Quincepaste. Four days."))
    with world.work() as session, pytest.raises(Conflict):
        own_story.approve(session, told.story_id, seen.wording_id, now=world.now)
    with world.work() as session:
        own_story.approve(session, told.story_id, own(world, told).wording_id, now=world.now)
    put_out(ruth, told)
    assert public(world) == ["Quincepaste. Four days."]
    assert own(world, told).is_changed


def test_the_teller_is_asked_about_new_words_once_and_not_after_they_said_yes(world, ruth):
    told = tell(world)
    ruth(told, lambda keeper: keeper.reword("Shorter."))
    ruth(told, lambda keeper: keeper.reword("Shorter still."))
    (sent,) = world.deliver()
    assert (sent.recipient, sent.shown_as) == ("+447700900555", "Marjorie, by text")
    assert "/story/" in sent.message.text
    assert "Shorter" not in sent.message.text
    ruth(told, lambda keeper: keeper.reword("Shortest."))
    with world.work() as session:
        own_story.approve(session, told.story_id, own(world, told).wording_id, now=world.now)
    assert world.deliver() == ()


def test_who_is_rung_stands_on_the_list_until_they_were_told_and_a_read_back_is_a_yes(world, ruth):
    told = tell(world, contact="phone", typed=Typed(world.coordinator("pat@example.org"), "phone", is_read_back=False))
    assert stage(world) is Stage.TALK
    with pytest.raises(BadInput):
        put_out(ruth, told)
    ruth(told, lambda keeper: keeper.reword("Four days on the hill."))
    world.deliver()
    areas = frozenset(row[0] for row in world.execute("select id from areas"))
    with world.work() as session:
        (row,) = story_queue.to_ring(session, areas)
        story_queue.mark_told(session, row.notification_id, area_ids=areas, staff_id=1, now=world.now)
        assert story_queue.to_ring(session, areas) == ()
    assert (row.name, row.reach) == ("Marjorie", "07700 900555")
    ruth(told, lambda keeper: keeper.hear_yes(own(world, told).wording_id, "phone"))
    assert stage(world) is Stage.APPROVED
    kept = {(row.how, row.staff_id is not None) for row in world.all(StoryApproval)}
    assert kept == {("phone", True)}


def test_the_database_itself_refuses_what_the_teller_did_not_agree_to(world, ruth):
    told = tell(world, level="board")
    put_out(ruth, told)
    for change, refused in (
        ("update story_wordings set words = 'Other words'", "of_these_words"),
        ("update stories set level = 'public'", "at_their_level"),
        ("update story_publications set level = 'public'", "fk_story_publications"),
        ("update story_publications set checked = '{names,places,health}'", "all_checked"),
        ("update stories set words = ''", "told_somehow"),
        ("update stories set withdrawn_at = now(), withdrawn_how = 'link', words = ''", "withdrawn_is_erased"),
    ):
        with pytest.raises(IntegrityError, match=refused), world.work() as session:
            session.connection().exec_driver_sql(change)
    other, staff_id = tell(world), world.coordinator("sam@example.org")
    with pytest.raises(IntegrityError, match="as_approved"), world.work() as session:
        session.add(  # approved for another story
            StoryPublication(
                story_id=other.story_id,
                wording_id=world.all(StoryWording)[0].id,
                level=Level.PUBLIC,
                checked=ALL,
                published_at=world.now,
                staff_id=staff_id,
            )
        )


@pytest.mark.parametrize(
    ("before", "after", "is_out"),
    [
        ("named", "public", True),
        ("public", "board", True),
        ("public", "team", False),
        ("board", "public", False),
        ("board", "board", True),
    ],
)
def test_fewer_readers_at_once_and_more_only_when_the_team_has_looked_again(world, ruth, before, after, is_out):
    told = tell(world, level=before, shown_name="Marj" if before == "named" else "")
    put_out(ruth, told)
    world.later(days=100)
    with world.work() as session:
        own_story.choose_level(session, told.story_id, after, "", now=world.now)
    found = own(world, told)
    assert (found.level, found.is_out, found.is_approved) == (after, is_out, True)
    assert found.consent_until == world.now + CONSENT_LASTS
    assert (public(world) == [WORDS]) == (is_out and after == "public")


def test_a_name_is_shown_with_what_everyone_reads_and_never_to_the_board(world, ruth):
    told = tell(world, level="named", shown_name="Marj")
    put_out(ruth, told)
    with world.work() as session:
        shown = {reader: story_reading.out_for(session, reader, now=world.now)[0].name for reader in Reader}
    assert shown == {Reader.PUBLIC: "Marj", Reader.TEAM: "Marj", Reader.BOARD: ""}
    with pytest.raises(BadInput) as refused:
        tell(world, level="named")
    assert refused.value.field == "shown_name"


def everything(world):
    """Every row of every table, the private links too, as text."""
    links = [row[0] for row in world.execute("select to_jsonb(l)::text from private_links l where revoked_at is null")]
    return "\n".join(row for rows in world.picture().values() for (row,) in rows) + "\n".join(links)


def put_with_a_place(world, told):
    by = attached_stories.Keeper(world.coordinator("sam@example.org"), frozenset({world.area_id()}), world.now)
    hill = PlaceDraft("grit_bin", "Top of the hill", "382510, 161330")
    with world.work() as session:
        place_id = places.add_place(session, hill, area_ids=by.area_ids, staff_id=by.staff_id, now=world.now)
        attached_stories.attach(session, Thing("place", place_id), told.reference, by)
    assert len(world.all(AttachedStory)) == 1


@pytest.mark.parametrize("how", ["link", "phone", "post", "expired", "with the teller's own details"])
def test_taken_back_it_is_gone_from_everywhere_but_print(world, ruth, how):
    sent = chosen(world, shows="Quincepaste on the hill")
    told = tell(world, level="named", shown_name="Marjoram", scales={"feeling": 2, "often": 4}, offered=sent)
    content = {kind: piece(world, told, kind).content.hex() for kind in Piece}
    put_out(ruth, told)
    ruth(told, lambda keeper: keeper.reword("Quincepaste, shorter"))
    world.deliver()
    ruth(told, lambda keeper: keeper.reword("Quincepaste, shortest"))
    ruth(told, lambda keeper: keeper.printed("The winter report, page 4"))
    ruth(told, lambda keeper: keeper.tag(is_hidden_issue=True, is_minority_view=True))
    put_with_a_place(world, told)
    marks = ("Quincepaste", "Marjor", "900555", "marjorie@", "Orchard")
    before = everything(world)
    assert all(mark in before for mark in (*marks[:3], *content.values()))
    if how == "expired":
        world.now += CONSENT_LASTS
        with world.work() as session:
            assert retention.erase_old(session, now=world.now) == 1
            assert retention.erase_old(session, now=world.now) == 0
    elif how == "with the teller's own details":
        world.offer("Marjorie", person={"phone": "07700 900555"})
        with world.work() as session:
            erasure.erase_person(session, world.people["Marjorie"], now=world.now)
    else:
        with world.work() as session:
            if how == "link":
                story_withdrawal.withdraw(session, told.story_id, how, now=world.now)
            else:
                heard = told.reference.lower().replace("-", " ")
                story_withdrawal.withdraw_by_reference(session, heard, how, staff_id=1, now=world.now)
    left = everything(world)
    assert [mark for mark in (*marks, *content.values()) if mark in left] == []
    assert (
        world.all(StoryTeller) == world.all(StoryWording) == world.all(StoryPublication) == world.all(StoryPiece) == []
    )
    assert world.all(AttachedStory) == []
    assert [row.where_printed for row in world.all(StoryPrint)] == ["The winter report, page 4"]
    gone = world.one(Story)
    assert (gone.is_hidden_issue, gone.is_minority_view) == (False, False)
    assert all(link.revoked_at for link in world.all(PrivateLink, story_id=told.story_id))
    assert world.deliver() == ()
    with world.work() as session, pytest.raises(NotFound):
        own_story.read(session, told.story_id, now=world.now)


@pytest.mark.parametrize("tag", ["is_hidden_issue", "is_minority_view"])
def test_the_database_lets_nobody_tag_a_story_that_was_taken_back(world, tag):
    told = tell(world)
    with world.work() as session:
        story_withdrawal.withdraw(session, told.story_id, "link", now=world.now)
    with pytest.raises(IntegrityError, match="withdrawn_is_erased"), world.work() as session:
        session.connection().exec_driver_sql(f"update stories set {tag} = true")


def test_of_a_story_that_is_taken_back_while_word_of_it_is_being_sent_no_copy_is_kept(world, ruth):
    told = tell(world)
    put_out(ruth, told)
    ruth(told, lambda keeper: keeper.reword("Quincepaste, shorter"))
    (envelope,) = world.claim()
    with world.work() as session:
        story_withdrawal.withdraw(session, told.story_id, "link", now=world.now)
    with world.work() as session:
        sent_copies.keep_console_copy(session, envelope, now=world.now)
    assert "Marjorie" not in everything(world)


def test_consent_that_ended_shuts_the_story_before_any_sweep(world, ruth):
    told = tell(world)
    put_out(ruth, told)
    ruth(told, lambda keeper: keeper.tag(is_hidden_issue=True, is_minority_view=True))

    def listed():
        with world.work() as session:
            (row,) = story_queue.queue(session, frozenset(), now=world.now)
        return row.about, len(row.tags)

    world.now += CONSENT_LASTS - timedelta(seconds=1)
    assert (public(world), listed()) == ([WORDS], ("worry", 2))
    world.now += timedelta(seconds=1)
    assert (public(world), listed()) == ([], ("", 0))


def test_a_story_of_another_area_is_not_there_and_one_of_none_is_everyones(world):
    staff_id = world.coordinator()
    here, elsewhere = tell(world, area="calne"), tell(world)
    areas = frozenset({world.area_id("salisbury")})
    with world.work() as session:
        with pytest.raises(NotFound):
            Keeper(session, here.story_id, staff_id=staff_id, area_ids=areas, now=world.now)
        assert [row.story_id for row in story_queue.queue(session, areas, now=world.now)] == [elsewhere.story_id]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("about", {"about": "gossip"}),
        ("level", {"level": "all"}),
        ("area", {"area": "atlantis"}),
        ("words", {"words": " "}),
        ("words", {"words": "x" * 3001}),
        ("words", {"words": "The key safe code is 4711."}),
        ("feeling", {"scales": {"feeling": 6}}),
        ("smell", {"scales": {"smell": 1}}),
        ("phone", {"reach": Reach("text", "Marjorie", phone="12")}),
        ("address", {"reach": Reach("letter", "Marjorie")}),
        ("contact", {"reach": Reach("pigeon", "Marjorie")}),
        ("picture", {"offered": Offered({Piece.PICTURE: "x" * 22}, "Snow")}),
        ("shows", {"offered": Offered({Piece.PICTURE: "x" * 22})}),
        ("shows", {"offered": Offered({Piece.PICTURE: "x" * 22}, "The key safe code is 4711.")}),
        ("shows", {"offered": Offered({Piece.PICTURE: "x" * 22}, "x" * 201)}),
    ],
)
def test_what_cannot_be_kept_is_named(world, field, changes):
    usual = {"words": WORDS, "about": "worry", "level": "team"}
    with world.work() as session, pytest.raises(BadInput) as refused:
        stories.tell_story(session, StoryDraft(**{**usual, **changes}), now=world.now)
    assert refused.value.field == field
    assert world.all(Story) == []


# Told by a picture or a voice note -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "readers"),
    [("team", set()), ("board", {Reader.BOARD, Reader.TEAM}), ("public", set(Reader)), ("named", set(Reader))],
)
def test_a_picture_and_a_voice_are_for_those_the_story_is_for_while_it_is_out(world, ruth, level, readers):
    told = tell(world, level=level, shown_name="Marj" if level == "named" else "", offered=chosen(world))
    assert seen_by(world, told) == {}  # not out yet
    if readers:
        put_out(ruth, told)
    assert seen_by(world, told) == {reader: set(Piece) for reader in readers}
    world.now += CONSENT_LASTS
    assert seen_by(world, told) == {}
    with pytest.raises(NotFound):
        piece(world, told, Piece.PICTURE)  # nor by their own page


def test_taken_in_or_taken_back_its_picture_is_there_for_nobody(world, ruth):
    told = tell(world, offered=chosen(world))
    put_out(ruth, told)
    ruth(told, lambda keeper: keeper.take_in())
    assert seen_by(world, told) == {}
    put_out(ruth, told)
    with world.work() as session:
        story_withdrawal.withdraw(session, told.story_id, "link", now=world.now)
    assert seen_by(world, told) == {}


def test_what_its_teller_did_not_share_is_for_the_team_alone(world, ruth):
    told = tell(world, offered=chosen(world, shared=[Piece.VOICE]))
    put_out(ruth, told)
    assert seen_by(world, told) == {reader: {Piece.VOICE} for reader in Reader}
    areas, staff_id = frozenset(row[0] for row in world.execute("select id from areas")), world.coordinator()
    with world.work() as session:
        who = {"area_ids": areas, "staff_id": staff_id, "now": world.now}
        assert story_queue.piece(session, told.story_id, Piece.PICTURE, **who).content_type == "image/jpeg"
        (shown,) = story_reading.out_for(session, Reader.PUBLIC, now=world.now)
    assert (shown.picture, shown.has_voice) == ("", True)
    assert world.execute("select fields from audit where action = 'read'") == [(["picture"],)]


def test_a_story_without_words_waits_until_somebody_wrote_them_and_the_teller_said_yes(world, ruth):
    told = tell(world, words="", offered=chosen(world))
    ruth(told, lambda keeper: keeper.look())
    assert stage(world) is Stage.TALK
    with pytest.raises(BadInput, match="Write down what it tells"):
        put_out(ruth, told)
    ruth(told, lambda keeper: keeper.reword("Quincepaste. The hill in snow."))
    assert own(world, told).shared == set(Piece)
    with pytest.raises(BadInput, match="has not said yes"):
        put_out(ruth, told)
    with world.work() as session:
        own_story.approve(session, told.story_id, own(world, told).wording_id, now=world.now)
    put_out(ruth, told)
    with world.work() as session:
        (shown,) = story_reading.out_for(session, Reader.PUBLIC, now=world.now)
    assert (shown.is_written_down, shown.is_changed, shown.picture_size) == (True, False, (40, 60))


def test_the_database_holds_a_yes_to_the_very_picture_it_was_given_to(world, ruth):
    told, other = (tell(world, offered=chosen(world, shows=f"A heap, {number}")) for number in range(2))
    put_out(ruth, told)
    wordless = tell(world, words="", offered=chosen(world))
    this = f"where story_id = {told.story_id} and"
    for change, refused in (
        (f"update story_pieces set shows = 'Something else' {this} kind = 'picture'", "with_this_picture"),
        (f"update story_pieces set content = 'x' {this} kind = 'voice'", "with_this_voice"),
        (f"delete from story_pieces {this} kind = 'picture'", "with_this_picture"),
        (f"update story_wordings set picture_mark = null {this} true", "of_these_words"),
        (f"update story_wordings set picture_mark = voice_mark {this} true", "of_these_words"),
        (
            (
                f"update story_wordings set picture_mark = (select mark from story_pieces where kind = 'picture'"
                f" and story_id = {other.story_id}) {this} true"
            ),
            "with_this_picture|of_these_words",
        ),
        (f"update story_pieces set content = decode(repeat('00', 2097153), 'hex') {this} kind = 'picture'", "small"),
        (f"update story_pieces set content_type = 'image/svg+xml' {this} kind = 'picture'", "of_a_known_type"),
        (
            (
                "insert into story_publications select story_id, id, 'public', '{names,places,health,others,picture}',"
                f" now(), (select min(id) from staff), false from story_wordings where story_id = {wordless.story_id}"
            ),
            "in_words",
        ),
        (
            (
                "insert into story_publications select story_id, id, 'public', '{names,places,health,others,picture}',"
                f" now(), (select min(id) from staff), true from story_wordings where story_id = {wordless.story_id}"
            ),
            "in_words",
        ),
    ):
        with pytest.raises(IntegrityError, match=refused), world.work() as session:
            session.connection().exec_driver_sql(change)


@pytest.mark.parametrize("kind", Piece)
def test_a_picture_or_a_voice_goes_alone_and_the_words_stay_out_as_they_were(world, ruth, kind):
    told = tell(world, offered=chosen(world))
    put_out(ruth, told)
    ruth(told, lambda keeper: keeper.reword("Quincepaste, shorter"))
    content = piece(world, told, kind).content.hex()
    with world.work() as session:
        story_pieces.take_out(session, told.story_id, kind, now=world.now)
    rest = set(Piece) - {kind}
    assert seen_by(world, told) == dict.fromkeys(Reader, rest)
    assert content not in everything(world)
    assert public(world) == [WORDS]
    assert not own(world, told).is_approved  # the newer words still wait for their yes


def test_a_story_that_nobody_wrote_down_is_taken_back_whole_or_not_at_all(world):
    told = tell(world, words="", offered=chosen(world))
    with world.work() as session, pytest.raises(Conflict):
        story_pieces.take_out(session, told.story_id, Piece.VOICE, now=world.now)


def test_what_was_chosen_and_never_sent_is_gone_after_a_day(world):
    sent = chosen(world)
    world.later(hours=24)
    for kind, key in sent.keys.items():
        with world.work() as session, pytest.raises(NotFound):
            story_pieces.unsent(session, key, now=world.now)
        with world.work() as session, pytest.raises(BadInput) as refused:
            story_pieces.check_unsent(session, kind, key, now=world.now)
        assert refused.value.field == kind
    with world.work() as session:
        assert upkeep.keep_up(session, now=world.now).drafts_erased == len(Piece)
    assert world.all(UnsentPiece) == []
