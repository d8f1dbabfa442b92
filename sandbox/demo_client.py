"""A client of the product's API that fills the demo with people, codes and journeys and lets people come."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from sandbox.cast import PREFIX, Actor, actor

log = logging.getLogger("sandbox.demo")
JOURNEYS = (
    "retail-coupon-viber",
    "school-timetable-telegram",
    "bank-confirmation-whatsapp",
    "shop-order-messenger",
)
CAST = 120
POOL, CODES, FEW = "viber-15", 200, 20
#: The hours in Moscow during which most of the cast is awake: at night quiet hours would hold every offer.
MORNING, EVENING = 9, 19
MERCHANTS = ("«Аэрофлот»", "«Перекрёсток»", "«Читай-город»", "Ozon", "«Лента»", "«Спортмастер»")


@dataclass(slots=True, kw_only=True)
class Filled:
    """What a filling has created; nothing, when everything was there."""

    contacts: int = 0
    journeys: int = 0
    published: int = 0
    codes: int = 0


class Demo:
    """A client of the product's API that plays the demo's world."""

    def __init__(self, api: httpx.Client) -> None:
        self.api = api

    # Filling -----------------------------------------------------------------------------------
    def fill(self, people: int = CAST) -> Filled:
        """Create what is missing. Safe to repeat; httpx.HTTPStatusError when the API refuses."""
        known = self.known()
        if not known:
            self.wake_up()
        done = Filled(codes=self.refill())
        self._journeys(done)
        done.contacts = self.invite([each for each in map(actor, range(people)) if each.external_id not in known])
        return done

    def known(self) -> set[str]:
        """Ids of the demo's contacts that exist."""
        found = self._items("/v1/contacts", search=PREFIX)
        return {each["external_id"] for each in found if each["external_id"].startswith(PREFIX)}

    def wake_up(self) -> None:
        """At night wind the clock on to ten in the morning in Moscow, before anything has happened."""
        now = datetime.fromisoformat(self.call("GET", "/sandbox/clock")["now"]).astimezone(ZoneInfo("Europe/Moscow"))
        if MORNING <= now.hour < EVENING:
            return
        ahead = timedelta(days=1 if now.hour >= EVENING else 0)
        morning = (now + ahead).replace(hour=10, minute=0, second=0, microsecond=0)
        self.call("PUT", "/sandbox/clock", json={"now": morning.isoformat(), "running": True})
        log.info("it is night in Moscow: the demo's clock was wound on to %s", morning.isoformat())

    def refill(self) -> int:
        """Add codes to the pool when few are left; how many."""
        pools = {each["pool"]: each for each in self.call("GET", "/v1/coupons")["items"]}
        free, given = (pools[POOL][name] if POOL in pools else 0 for name in ("free", "given"))
        if free >= FEW:
            return 0
        codes = [f"POLKA-{number * 7919 % 1_000_003:06}" for number in range(free + given, free + given + CODES)]
        return int(self.call("PUT", f"/v1/coupons/{POOL}", json={"codes": codes})["added"])

    def _journeys(self, done: Filled) -> None:
        """Create the examples by their names and publish them; what a marketer has paused or stopped stays so."""
        examples = {each["id"]: each["document"] for each in self.call("GET", "/v1/examples?language=ru")["items"]}
        there = {each["name"]: each for each in self._items("/v1/journeys")}
        for name in JOURNEYS:
            document = examples[name]
            journey = there.get(document["graph"]["name"])
            if journey is None:
                journey = {**self.call("POST", "/v1/journeys", json=document), "status": "draft"}
                done.journeys += 1
            if journey["status"] == "draft":
                self.call("POST", f"/v1/journeys/{journey['id']}/publish")
                done.published += 1

    def invite(self, actors: list[Actor]) -> int:
        """Put people into the pretend world and among the contacts, WhatsApp's with a first word; how many were new."""
        if not actors:
            return 0
        # People first: a contact is the sign that its person is there.
        self.call("PUT", "/sandbox/people", json={"people": [each.person() for each in actors]})
        answer = self.call("PUT", "/v1/contacts", json={"contacts": [each.contact() for each in actors]})
        for refused in answer["rejected"]:
            log.warning("contact %s: %s", refused["field"], refused["reason"])
        for each in actors:
            if each.channel == "whatsapp":
                self.write(each, "Здравствуйте! Подтверждать операции удобно здесь.")
        return int(answer["created"])

    # Living ------------------------------------------------------------------------------------
    def visited(self) -> set[str]:
        """Ids of those who have been on a journey."""
        return {each["contact"] for each in self._items("/v1/enrollments")}

    def visit(self, who: Actor) -> None:
        """What brings a person onto the journey of their messenger."""
        if who.channel == "viber":
            self.track(who, "cart_abandoned", total=_cart(who), items=1 + who.number % 5)
        elif who.channel == "telegram":
            self.track(who, "timetable_requested", page="/parents")
        elif who.channel == "whatsapp":
            self._open_window(who)
            self.track(who, "operation_requested", **_operation(who))
        else:
            self.write(who, ("Заказ", "Хочу заказать", "меню")[who.number % 3])

    def buys(self, who: Actor) -> bool:
        """Whether a person comes back and orders: the coupon's goal."""
        return who.channel == "viber" and who.manner in ("presses", "writes") and who.fortune("buys") < 0.5

    def buy(self, who: Actor) -> None:
        """The order that the coupon was for."""
        self.track(who, "order_completed", order_id=f"A-{who.number:05}", total=round(_cart(who) * 0.85))

    def track(self, who: Actor, event: str, **properties: Any) -> None:
        """Report an event, once however often it is said."""
        body = {"userId": who.external_id, "event": event, "messageId": f"{who.external_id}-{event}"}
        self.call("POST", "/v1/track", json={**body, "properties": properties})

    def write(self, who: Actor, text: str) -> None:
        """The person writes to the business."""
        self.call("POST", f"/sandbox/phones/{who.channel}/{who.address}/reply", json={"text": text})

    def _open_window(self, who: Actor) -> None:
        phone = self.call("GET", f"/sandbox/phones/{who.channel}/{who.address}")
        now = datetime.fromisoformat(self.call("GET", "/sandbox/clock")["now"])
        until = phone["window_until"]
        if phone["state"] == "active" and (until is None or datetime.fromisoformat(until) <= now):
            self.write(who, "Добрый день!")

    # Speaking HTTP -----------------------------------------------------------------------------
    def call(self, method: str, path: str, **options: Any) -> Any:
        """Call the API; httpx.HTTPStatusError when it refuses."""
        response = self.api.request(method, path, **options)
        response.raise_for_status()
        return response.json()

    def _items(self, path: str, **params: str) -> Iterator[Mapping[str, Any]]:
        after = ""
        while True:
            page = self.call("GET", path, params={**params, "limit": 1000, **({"after": after} if after else {})})
            yield from page["items"]
            if page["next"] is None:
                return
            after = page["next"]


def _cart(who: Actor) -> int:
    return 1000 + int(who.fortune("cart") * 80) * 100


def _operation(who: Actor) -> dict[str, Any]:
    return {
        "operation_id": f"op-{who.number:06}",
        "amount": 90 + int(who.fortune("sum") * 30_000),
        "merchant": MERCHANTS[who.number % len(MERCHANTS)],
        "card": f"{1000 + who.number * 37 % 9000}",
    }
