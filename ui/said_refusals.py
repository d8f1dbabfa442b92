"""Shapes of what the API refuses to do, and why; `ui.said` puts them into the reader's language."""

from __future__ import annotations

from ui.language import N_

REFUSALS = (
    N_("The journey {name} asks about this segment; change that first."),
    N_("The segment {name} asks about this segment; change that first."),
    N_("This is not {form}: line {line}, column {column} cannot be read."),
    N_("This is not {form}: {what}."),
    N_("This file holds no journey: it has no list of nodes."),
    N_("The tests of a journey are a list, each with a name, a script and what is expected."),
)
