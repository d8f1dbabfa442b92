"""Foreign clients cost an installation: they are asked where CI runs, or when somebody asks for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the peers unless `CI` is set, `-m` speaks of them, or they are named by path."""
    named = any("peers" in Path(each.partition("::")[0]).parts for each in config.args)
    if named or "peer" in str(config.getoption("markexpr")) or os.environ.get("CI", "").lower() in {"1", "true"}:
        return
    skipped = pytest.mark.skip(reason="foreign clients are asked with -m peer, or where CI=true")
    for item in items:
        if item.get_closest_marker("peer"):
            item.add_marker(skipped)
