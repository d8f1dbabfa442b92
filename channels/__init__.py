"""How each messenger speaks: one file per messenger, found by being in this folder; no sockets, clock or chance."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING

from channels.base import lacks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.base import Channel

#: Modules of this folder that hold vocabulary, not a messenger.
VOCABULARY = frozenset(
    {
        "answers",
        "base",
        "degrading",
        "events",
        "graph",
        "graph_templates",
        "message",
        "messenger_errors",
        "messenger_events",
        "messenger_parts",
        "reading",
        "shown",
        "telegram_errors",
        "telegram_updates",
        "viber_errors",
        "viber_events",
        "viber_keys",
        "whatsapp_errors",
        "whatsapp_events",
        "whatsapp_parts",
        "whatsapp_standing",
        "writing",
    }
)


class ChannelIncomplete(ImportError):
    """The messenger {name!r} of the package {package} lacks {lacks}: `channels.base.Channel` tells what each is for."""

    def __init__(self, name: str, package: str, missing: list[str]) -> None:
        super().__init__((type(self).__doc__ or "").format(name=name, package=package, lacks=", ".join(missing)))


@cache
def registry() -> Mapping[str, Channel]:
    """Every messenger by name: the files of this folder, then the entry-point group `tropa.channels`."""
    found: dict[str, Channel] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        if module.name not in VOCABULARY:
            channel = importlib.import_module(f"channels.{module.name}").channel
            found[channel.name] = channel
    for entry in entry_points(group="tropa.channels"):
        channel = entry.load()
        if missing := lacks(channel):
            raise ChannelIncomplete(entry.name, entry.dist.name if entry.dist else entry.module, missing)
        found.setdefault(channel.name, channel)
    return MappingProxyType(found)
