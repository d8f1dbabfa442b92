"""A message reaches a person's phone, and they make up their mind about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.facts import Draft, Message, Thread
from sandbox.people import plan

if TYPE_CHECKING:
    from sandbox.state import World

REPORTS = frozenset({"sent", "delivered", "read"})


def arrive(world: World, thread: Thread, draft: Draft, message_id: str) -> Message:
    """Put the message on the phone, and what will follow on the agenda."""
    network, now = world.networks[thread.channel], world.now()
    thread.received += 1
    thread.tracking = draft.tracking
    world.touch(thread)
    message = Message(
        id=message_id,
        channel=thread.channel,
        account=thread.account,
        address=thread.address,
        author="bot",
        text=draft.text,
        buttons=draft.buttons,
        media=draft.media,
        at=now,
        status="sent" if network.receipts else "",
        ref=draft.ref,
        tracking=draft.tracking,
        number=thread.received,
    )
    world.store.add_message(message)
    facts = {"id": message_id, "at": now, "ref": draft.ref, "text": draft.text, "marketing": draft.marketing}
    late, swapped = receipt_faults(world, thread)
    person = world.person(thread.channel, thread.address)
    for act in plan(person, message, world.seed, receipts=network.receipts):
        due = now + act.after
        if act.kind in REPORTS:
            due += late + (swapped if act.kind == "delivered" else 0.0)
        world.later(act.kind, due, thread.key, facts if act.kind in REPORTS else {"id": message_id, **act.what})
    return message


def receipt_faults(world: World, thread: Thread) -> tuple[float, float]:
    """Seconds by which all receipts of this message are late, and those by which `read` overtakes `delivered`."""
    who = (thread.channel, thread.address, thread.received, world.seed)
    late = world.faults.strike(frozenset({"late_receipt"}), *who)
    swapped = world.faults.strike(frozenset({"reordered"}), *who)
    return (
        0.0 if late is None else late.delay or 3_600.0,
        0.0 if swapped is None else swapped.delay or 120.0,
    )
