"""Every table, so that one import fills the metadata."""

from store.tables.columns import naming
from store.tables.inbox import Conversation
from store.tables.journeys import DraftRevision, Journey, JourneyTest, JourneyVersion, NodeCount, NodeCountDelta
from store.tables.messages import ChannelAccount, Coupon, CouponPool, Delivery, Inbox, Reply, SurveyAnswer
from store.tables.people import Address, AddressAlias, Consent, ConsentRecord, Contact, Event, Tombstone
from store.tables.planned import PlannedPublish
from store.tables.reaching import ApprovedTemplate, MessageTemplate, OptInLink, PolicyRule
from store.tables.running import (
    ApiKey,
    AuditEntry,
    Clock,
    DeadLetter,
    Heartbeat,
    IdempotentAnswer,
    Import,
    Metric,
    ProjectSetting,
)
from store.tables.segments import AudienceEntry, Segment, SegmentMember
from store.tables.trips import Enrollment, EnrollmentState, Signal, Visit
from store.tables.web_requests import WebRequest

__all__ = [
    "Address",
    "AddressAlias",
    "ApiKey",
    "ApprovedTemplate",
    "AudienceEntry",
    "AuditEntry",
    "ChannelAccount",
    "Clock",
    "Consent",
    "ConsentRecord",
    "Contact",
    "Conversation",
    "Coupon",
    "CouponPool",
    "DeadLetter",
    "Delivery",
    "DraftRevision",
    "Enrollment",
    "EnrollmentState",
    "Event",
    "Heartbeat",
    "IdempotentAnswer",
    "Import",
    "Inbox",
    "Journey",
    "JourneyTest",
    "JourneyVersion",
    "MessageTemplate",
    "Metric",
    "NodeCount",
    "NodeCountDelta",
    "OptInLink",
    "PlannedPublish",
    "PolicyRule",
    "ProjectSetting",
    "Reply",
    "Segment",
    "SegmentMember",
    "Signal",
    "SurveyAnswer",
    "Tombstone",
    "Visit",
    "WebRequest",
    "naming",
]
