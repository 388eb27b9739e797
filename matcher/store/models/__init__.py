"""The tables. Their constraints are the invariants of the service: see docs/decisions.md."""

from matcher.store.models.areas import Area, AreaSlug, Cell, Postcode
from matcher.store.models.arrangements import Arrangement
from matcher.store.models.asking import Match, NeverPair, Round, Visit
from matcher.store.models.attached_stories import AttachedStory
from matcher.store.models.audit import AuditLink, AuditRow, AuditWaiting
from matcher.store.models.broadcasts import Broadcast
from matcher.store.models.by_hand import ApartChoice, HandChoice, Pin
from matcher.store.models.cold import ColdSpell, WarmCheck
from matcher.store.models.concerns import Concern, ConcernTelling, StandDown
from matcher.store.models.confirming import PhoneCheck, PhoneCode
from matcher.store.models.consents import Consent, Referral
from matcher.store.models.decisions import Decision, DecisionStory, DecisionView
from matcher.store.models.declared import Declared
from matcher.store.models.exports import Export
from matcher.store.models.growth import GrowthAsk, InformalHelp, WeeklyHelp
from matcher.store.models.inbound import InboundText
from matcher.store.models.invitations import BatchCount, Invitation, InvitationBatch, InvitationCount
from matcher.store.models.kinds import KindRow, LevelRow
from matcher.store.models.learning import AcceptanceModel, Leaning, LeaningReset
from matcher.store.models.merging import MergedPerson, TwoPeople
from matcher.store.models.messages import ConsoleMessage, MessageText, Notification, PrivateLink, TextComparison
from matcher.store.models.needs import Feedback, Need, NeedNote, NeedWish, Occurrence
from matcher.store.models.offers import (
    AvailabilityException,
    AvailabilityRule,
    ChannelChoice,
    Offer,
    OfferKind,
    OfferTrait,
)
from matcher.store.models.organisations import Organisation
from matcher.store.models.outreach import OutreachStory, OutreachVisit
from matcher.store.models.people import Badge, Check, Home, Person
from matcher.store.models.places import Place, StockPhoto, StockReport
from matcher.store.models.population import Population, VoiceCount
from matcher.store.models.reports import VisitReport
from matcher.store.models.rewards import Reward
from matcher.store.models.running import Draft, Heartbeat
from matcher.store.models.settings import DoorWord, KeptPeriod, NextDoor, SettingChange, SettingRow
from matcher.store.models.staff import Role, Staff, StaffArea, StaffRole
from matcher.store.models.stories import (
    Story,
    StoryApproval,
    StoryPrint,
    StoryPublication,
    StoryTeller,
    StoryWording,
)
from matcher.store.models.story_pieces import StoryPiece, UnsentPiece
from matcher.store.models.volunteering import OfferMotive, OwnCode
from matcher.store.models.weather import AreaForecast, ColdHint, WeatherSource
from matcher.store.models.worth import AvoidedCost, Price, PriceFigure, SchemeCost, WorthChoice

__all__ = [
    "AcceptanceModel",
    "ApartChoice",
    "Area",
    "AreaForecast",
    "AreaSlug",
    "Arrangement",
    "AttachedStory",
    "AuditLink",
    "AuditRow",
    "AuditWaiting",
    "AvailabilityException",
    "AvailabilityRule",
    "AvoidedCost",
    "Badge",
    "BatchCount",
    "Broadcast",
    "Cell",
    "ChannelChoice",
    "Check",
    "ColdHint",
    "ColdSpell",
    "Concern",
    "ConcernTelling",
    "Consent",
    "ConsoleMessage",
    "Decision",
    "DecisionStory",
    "DecisionView",
    "Declared",
    "DoorWord",
    "Draft",
    "Export",
    "Feedback",
    "GrowthAsk",
    "HandChoice",
    "Heartbeat",
    "Home",
    "InboundText",
    "InformalHelp",
    "Invitation",
    "InvitationBatch",
    "InvitationCount",
    "KeptPeriod",
    "KindRow",
    "Leaning",
    "LeaningReset",
    "LevelRow",
    "Match",
    "MergedPerson",
    "MessageText",
    "Need",
    "NeedNote",
    "NeedWish",
    "NeverPair",
    "NextDoor",
    "Notification",
    "Occurrence",
    "Offer",
    "OfferKind",
    "OfferMotive",
    "OfferTrait",
    "Organisation",
    "OutreachStory",
    "OutreachVisit",
    "OwnCode",
    "Person",
    "PhoneCheck",
    "PhoneCode",
    "Pin",
    "Place",
    "Population",
    "Postcode",
    "Price",
    "PriceFigure",
    "PrivateLink",
    "Referral",
    "Reward",
    "Role",
    "Round",
    "SchemeCost",
    "SettingChange",
    "SettingRow",
    "Staff",
    "StaffArea",
    "StaffRole",
    "StandDown",
    "StockPhoto",
    "StockReport",
    "Story",
    "StoryApproval",
    "StoryPiece",
    "StoryPrint",
    "StoryPublication",
    "StoryTeller",
    "StoryWording",
    "TextComparison",
    "TwoPeople",
    "UnsentPiece",
    "Visit",
    "VisitReport",
    "VoiceCount",
    "WarmCheck",
    "WeatherSource",
    "WeeklyHelp",
    "WorthChoice",
]
