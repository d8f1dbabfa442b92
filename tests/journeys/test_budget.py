"""When failures are told and when they stop a journey."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from journeys.budget import Budget, Run, verdict


@pytest.mark.parametrize(
    ("share", "number", "people", "failed", "expected"),
    [
        (10, None, 100, 4, ""),
        (10, None, 100, 5, "warn"),
        (10, None, 100, 9, "warn"),
        (10, None, 100, 10, "stop"),
        (10, None, 19, 19, ""),  # Too few to speak of a share.
        (10, None, 20, 2, "stop"),
        (0.5, None, 1000, 5, "stop"),
        (None, 3, 3, 1, ""),
        (None, 3, 3, 2, "warn"),
        (None, 1, 1_000_000, 1, "stop"),
        (50, 10, 1000, 10, "stop"),  # Whichever comes first.
        (1, 1000, 1000, 10, "stop"),
        (10, 10, 0, 0, ""),
    ],
)
def test_how_many_may_fail(share: float | None, number: int | None, people: int, failed: int, expected: str) -> None:
    assert verdict(Budget(share=share, number=number), Run(people=people, failed=failed)) == expected


@pytest.mark.parametrize("settings", [{}, {"share": 0}, {"share": 101}, {"number": 0}, {"share": 5, "of": "all"}])
def test_a_budget_that_means_nothing_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Budget.model_validate(settings)
