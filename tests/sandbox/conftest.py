"""What every test of the pretend world stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.stage import Stage, playing


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def stage(anyio_backend: str) -> AsyncIterator[Stage]:
    async with playing() as stage:
        yield stage
