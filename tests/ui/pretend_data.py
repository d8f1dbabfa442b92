"""What the pretend API knows at the start: journeys, contacts, numbers."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from api import catalogue
from api.doors import Caller
from channels import registry as channel_registry

Json = dict[str, Any]
CALLER = Caller(1, "ui", "admin")
NOW = datetime.now(UTC).replace(microsecond=0)


def at(**back: float) -> str:
    """An instant so long ago."""
    return (NOW - timedelta(**back)).isoformat()


def node_types() -> list[Json]:
    """The kinds of steps with their settings' schemas, as the product describes them."""
    return list(json.loads(json.dumps(catalogue.list_nodes(CALLER)["items"])))


def messengers() -> list[Json]:
    """Every messenger with what it takes."""
    return [
        {
            "channel": name,
            "title": each.title,
            "needs": each.needs,
            "subscribes": each.subscribes,
            "limits": {**asdict(each.limits), "media": sorted(each.limits.media)},
        }
        for name, each in channel_registry().items()
    ]


def attributes() -> Json:
    """Attributes that contacts have."""
    rows = (("first_name", "text", ["Anna", "Boris"]), ("city", "text", ["Kazan", "Perm"]), ("total", "number", [1200]))
    items = [{"name": name, "type": kind, "known": 3, "samples": samples} for name, kind, samples in rows]
    return {"items": items, "tags": ["vip"], "next": None}


def event_names() -> list[Json]:
    """Events that happened."""
    total = {"name": "total", "type": "number", "known": 3, "samples": [1500]}
    return [{"name": "cart_abandoned", "properties": [total]}, {"name": "order_completed", "properties": []}]


def node(name: str, kind: str, title: str = "", **settings: Any) -> Json:
    return {"id": name, "kind": kind, "title": title, "settings": settings, "x": 0, "y": 0}


def edge(source: str, exit_: str, target: str) -> Json:
    return {"source": source, "target": target, "key": exit_}


def cart() -> Json:
    """An abandoned cart: a question, a reminder, a coupon for those who say yes."""
    return {
        "directed": True,
        "multigraph": True,
        "graph": {
            "name": "Abandoned cart",
            "about": "Brings people back to the cart they left.",
            "entry": {"event": "cart_abandoned", "where": {"attribute": "total", "is": "at_least", "value": 1000}},
            "reentry": {"mode": "after_exit", "cooldown": "P7D"},
            "goal": {"event": "order_completed", "match": "order_id"},
            "timezone": "Europe/Moscow",
            "quiet_hours": ["21:00", "09:00"],
        },
        "nodes": [
            node("pause", "wait", "Give them a minute", **{"for": "PT1H"}),
            node(
                "hello",
                "send",
                "Keep the cart?",
                channel=["telegram", "viber"],
                text='{{ contact.first_name|default("Hello") }}, shall we keep your cart?',
                buttons=[{"id": "yes", "title": "Yes, keep it"}, {"id": "no", "title": "No, thanks"}],
            ),
            node(
                "answer",
                "reply",
                "Their answer",
                branches=[
                    {"exit": "yes", "buttons": ["yes"], "keywords": ["да", "ok"]},
                    {"exit": "no", "buttons": ["no"]},
                ],
                patience="P1D",
            ),
            node("gift", "coupon", "A code of their own", pool="spring"),
            node("offer", "send", "The offer", channel="auto", text="Your code: {{ coupon }}. It works until Sunday."),
            node(
                "test", "split", "Remind or not", arms=[{"exit": "remind", "weight": 1}, {"exit": "quiet", "weight": 1}]
            ),
            node("again", "send", "Reminder", channel="auto", text="Your cart is still here."),
            node("bye", "exit", "Done", reason="done"),
        ],
        "edges": [
            edge("pause", "done", "hello"),
            edge("hello", "sent", "answer"),
            edge("answer", "yes", "gift"),
            edge("answer", "no", "bye"),
            edge("answer", "something_else", "bye"),
            edge("answer", "no_answer", "test"),
            edge("gift", "given", "offer"),
            edge("gift", "empty", "bye"),
            edge("offer", "sent", "bye"),
            edge("test", "remind", "again"),
            edge("test", "quiet", "bye"),
            edge("again", "sent", "bye"),
        ],
    }


def welcome() -> Json:
    """The shortest journey."""
    return {
        "directed": True,
        "multigraph": True,
        "graph": {"name": "Welcome", "entry": {"keyword": ["start"]}},
        "nodes": [
            node("hi", "send", "Hello", channel="auto", text="Welcome! Write “timetable” at any time."),
            node("end", "exit", "End", reason="done"),
        ],
        "edges": [edge("hi", "sent", "end")],
    }


def row(name: str, kind: str, title: str, entered: int, inside: int, left: Json, **more: Any) -> Json:
    zero: Json = {"exited": {}, "failed": {}, "deliveries": {}}
    return {
        "id": name,
        "kind": kind,
        "title": title,
        "entered": entered,
        "inside": inside,
        "left": left,
        **zero,
        **more,
    }


def cart_numbers() -> Json:
    """A funnel whose sums hold."""
    told = {
        "planned": 0,
        "accepted": 1020,
        "delivered": None,
        "read": None,
        "rejected": 44,
        "clicked": 0,
        "replied": 612,
    }
    offered = {
        "planned": 0,
        "accepted": 371,
        "delivered": 366,
        "read": 298,
        "unresolved": 2,
        "clicked": 120,
        "replied": 14,
    }
    return {
        "entered": 1248,
        "inside": 127,
        "completed": 1038,
        "converted": 214,
        "exited": {"opted_out": 31, "goal": 40},
        "failed": {"missing_variable": 12},
        "nodes": [
            row("pause", "wait", "Give them a minute", 1248, 97, {"done": 1111}, exited={"goal": 40}),
            row("hello", "send", "Keep the cart?", 1111, 4, {"sent": 1064}, exited={"opted_out": 31},
                failed={"missing_variable": 12}, deliveries=told),
            row("answer", "reply", "Their answer", 1064, 23,
                {"yes": 388, "no": 190, "something_else": 34, "no_answer": 429}),
            row("gift", "coupon", "A code of their own", 388, 0, {"given": 374, "empty": 14}),
            row("offer", "send", "The offer", 374, 1, {"sent": 373}, deliveries=offered),
            row("test", "split", "Remind or not", 429, 0, {"remind": 215, "quiet": 214}),
            row("again", "send", "Reminder", 215, 2, {"sent": 213}, deliveries={"accepted": 213, "delivered": None}),
            row("bye", "exit", "Done", 1038, 0, {}, exited={"done": 1038}),
        ],
    }  # fmt: skip


def contacts() -> list[Json]:
    """Sixty people; the first is well known."""
    names = ["Anna Petrova", "Boris Klimov", "Vera Somova", "Gleb Orlov", "Dina Sharipova", "Egor Titov"]
    people = []
    for number in range(60):
        first, last = names[number % 6].split()
        telegram = {"channel": "telegram", "address": str(1000 + number), "account": "shop", "state": "ok"}
        people.append(
            {
                "external_id": f"c{number}",
                "attributes": {
                    "first_name": first,
                    "last_name": last,
                    "city": "Kazan" if number % 2 else "Perm",
                    "total": 900 + number,
                },
                "tags": ["vip"] if number % 5 == 0 else [],
                "timezone": "Europe/Moscow",
                "locale": "ru",
                "addresses": [telegram] + ([{"channel": "viber", "address": f"v{number}"}] if number % 3 == 0 else []),
                "created_at": at(days=number),
            }
        )
    return people


def trips() -> list[Json]:
    """Trips of the first contact."""
    trail = [{"node": "pause", "exit": "done", "at": at(hours=5)}, {"node": "hello", "exit": "sent", "at": at(hours=4)}]
    waiting = {"id": "e1", "contact": "c0", "journey": "cart", "version": 2, "status": "waiting", "reason": None}
    over = {"id": "e0", "contact": "c0", "journey": "hello", "version": 1, "status": "completed", "reason": "done"}
    due = (NOW + timedelta(hours=20)).isoformat()
    told = {
        "step": {"title": "Their answer", "sentence": "Wait for an answer: 1 day"}, "why": "reply", "name": None,
        "held": None, "wakes": [{"what": "reply", "name": None, "at": None}, {"what": "time", "at": due},
        {"what": "goal", "name": "paid", "at": None}], "latest": due, "open_end": None,
    }  # fmt: skip
    waiting["journey_name"], over["journey_name"] = "Abandoned cart", "Welcome"
    waiting |= {"due_at": due, "waiting_for": "reply", "explain": told}
    return [
        {**waiting, "node": "answer", "arrived_at": at(hours=4), "trail": trail},
        {**over, "node": "end", "arrived_at": at(days=9), "due_at": None, "waiting_for": None, "trail": []},
    ]


def timeline() -> list[Json]:
    """What happened with the first contact, newest first."""
    trip: Json = {"journey": "cart", "journey_name": "Abandoned cart", "node": "", "detail": ""}
    alone: Json = {"journey": None, "node": "", "detail": ""}
    asked, wrote = "Anna, shall we keep your cart?", "how much? <b>now</b>"
    return [
        {**trip, "at": at(hours=3), "kind": "reply", "title": "question", "detail": wrote, "node": "answer"},
        {**trip, "at": at(hours=4), "kind": "message", "title": "read", "detail": asked, "node": "hello"},
        {**trip, "at": at(hours=5), "kind": "step", "title": "done", "node": "pause"},
        {**trip, "at": at(hours=6), "kind": "entered", "title": ""},
        {**alone, "at": at(hours=6), "kind": "event", "title": "cart_abandoned"},
        {**alone, "at": at(days=9), "kind": "consent", "title": "grant", "detail": "telegram marketing"},
    ]


def examples() -> list[Json]:
    return [
        {
            "id": "abandoned-cart",
            "title": "Abandoned cart",
            "about": "A question, a coupon, a reminder.",
            "document": cart(),
        },
        {"id": "welcome", "title": "Welcome", "about": "The first message after Start.", "document": welcome()},
    ]


def channels() -> list[Json]:
    hook = "/webhooks"
    return [
        {"channel": "telegram", "account": "shop", "title": "Telegram", "status": "ok", "reason": None,
         "webhook_url": f"{hook}/telegram/shop", "opt_in_link": "https://t.me/shop_bot?start=site"},
        {"channel": "whatsapp", "account": "main", "title": "WhatsApp", "status": "broken",
         "reason": "The token has expired.", "webhook_url": f"{hook}/whatsapp/main", "opt_in_link": None},
    ]  # fmt: skip
