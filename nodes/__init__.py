"""The steps that a journey is made of: one file per kind, found by being in this folder; pure."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nodes.base import Node

#: Modules of this folder that hold vocabulary, not a kind.
VOCABULARY = frozenset({"ad_mark", "base", "folding", "matching", "patterns", "times", "values", "visit"})


@cache
def registry() -> Mapping[str, type[Node]]:
    """Every node type by kind: the files of this folder, then the entry-point group `tropa.nodes`."""
    from nodes.base import KINDS  # noqa: PLC0415  (nodes.base is in this package)

    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        if module.name not in VOCABULARY:
            importlib.import_module(f"nodes.{module.name}")
    for entry in entry_points(group="tropa.nodes"):
        entry.load()
    return MappingProxyType(dict(sorted(KINDS.items())))
