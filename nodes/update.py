"""Update: write down what the journey learnt about the contact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field, model_validator

from nodes.base import Node
from nodes.visit import Leave, Set, Visit


class Update(Node, kind="update", icon="✏️"):
    """Sets attributes of the contact and adds or removes tags.

    Texts are templates: `{{ event.favorite_color }}` copies from the entry event, and a text that is one single
    expression keeps its type (a number stays a number). A value of null removes the attribute.
    """

    set: dict[str, Any] = Field(
        default_factory=dict, title="Set attributes", json_schema_extra={"widget": "attributes"}, max_length=50
    )
    add_tags: tuple[str, ...] = Field((), title="Add tags", max_length=20)
    remove_tags: tuple[str, ...] = Field((), title="Remove tags", max_length=20)

    @model_validator(mode="after")
    def _does_something(self) -> Update:
        if not (self.set or self.add_tags or self.remove_tags):
            raise ValueError("set an attribute, or add or remove a tag")
        return self

    def exits(self) -> tuple[str, ...]:
        return ("done",)

    def sentence(self) -> str:
        parts = [f"set {name}" for name in self.set]
        parts += [f"tag {tag}" for tag in self.add_tags] + [f"untag {tag}" for tag in self.remove_tags]
        return (", ".join(parts)).capitalize()

    def templates(self) -> Iterable[tuple[str, str]]:
        return [(f"set.{name}", value) for name, value in self.set.items() if isinstance(value, str)]

    def gives(self, exit: str) -> Iterable[str]:
        return [f"contact.{name}" for name, value in self.set.items() if value is not None]

    def decide(self, visit: Visit) -> Leave:
        values = {name: visit.render(value) if isinstance(value, str) else value for name, value in self.set.items()}
        return Leave("done", (Set(attributes=values, add_tags=self.add_tags, remove_tags=self.remove_tags),))
