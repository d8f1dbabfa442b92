"""How the world's facts are written to the store and read back after a restart."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from sandbox.clock import Clock
from sandbox.facts import Account, Thread
from sandbox.faults import Fault
from sandbox.people import Behaviour, Person
from sandbox.store import Store

if TYPE_CHECKING:
    from sandbox.state import World


def keep_thread(store: Store, thread: Thread) -> None:
    body = [getattr(thread, one.name) for one in fields(thread)]
    store.remember("thread", "\n".join(thread.key), body)


def keep_account(store: Store, account: Account) -> None:
    store.remember("account", "\n".join(account.key), asdict(account))


def keep_person(store: Store, person: Person) -> None:
    body = {one.name: getattr(person, one.name) for one in fields(person) if one.name != "behaviour"}
    body["behaviour"] = person.behaviour.model_dump(exclude_defaults=True)
    store.remember("person", f"{person.channel}\n{person.address}", body)


def keep_template(store: Store, key: tuple[str, str, str], template: dict[str, Any]) -> None:
    store.remember("template", "\n".join(key), {"key": list(key), "template": template})


def keep_clock(store: Store, clock: Clock) -> None:
    store.remember("world", "clock", clock.saved())


def add_account(world: World, account: Account) -> None:
    """Register an account, or replace it, and find it by its token from now on."""
    world.accounts[account.key] = account
    world.tokens.clear()
    for one in world.accounts.values():
        world.tokens.setdefault(one.token, []).append(one)
    keep_account(world.store, account)
    world.wake()


def restore(world: World) -> None:
    """Bring back everything that a former run left in the store."""
    store = world.store
    if (clock := store.fact("world", "clock")) is not None:
        world.clock = Clock.restored(clock)
    world.settings.update(store.fact("world", "settings") or {})
    world.faults.items = [Fault(**fault) for fault in store.fact("world", "faults") or []]
    for body in store.facts("account"):
        account = Account(**body)
        account.sequence += store.gap
        add_account(world, account)
    for body in store.facts("person"):
        person = Person(**{**body, "behaviour": Behaviour(**body["behaviour"])})
        world.people[(person.channel, person.address)] = person
    for values in store.facts("thread"):
        # What an earlier version has kept knows fewer facts.
        thread = Thread(**dict(zip((one.name for one in fields(Thread)), values, strict=False)))
        world.threads[thread.key] = thread
    for body in store.facts("template"):
        business, name, language = body["key"]
        world.templates[(business, name, language)] = body["template"]
    for item in store.items():
        if item.kind == "unanswered":
            world.presses[str(item.body["query"])] = item.id
