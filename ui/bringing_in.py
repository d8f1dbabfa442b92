"""A journey brought in from a file, YAML or JSON, with its tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.language import _, ngettext
from ui.said import said
from ui.trouble import Rejected
from ui.words import safe

Json = dict[str, Any]


def from_file(take: Callable[[Json, list[Json]], None]) -> None:
    """Asks for a file that was exported before; `take` makes a journey of it, with its tests."""
    given = st.file_uploader(
        _("A journey as a YAML or JSON file"), type=["yaml", "yml", "json"], key="new-file", max_upload_size=2
    )
    if given is None:
        return
    try:
        text = given.getvalue().decode("utf-8-sig")
    except UnicodeDecodeError:
        st.error(
            _("This file is not text in UTF-8. Choose a journey that was exported from Tropa."), icon=":material/error:"
        )
        return
    try:
        held = backend().read_file(text, "json" if given.name.lower().endswith(".json") else "yaml")
    except Rejected as wrong:
        st.error(" ".join(said(one.reason) for one in wrong.fields) or said(wrong.detail), icon=":material/error:")
        return
    settings = held["document"].get("graph")
    name = (settings.get("name") if isinstance(settings, dict) else None) or given.name
    if held["tests"]:
        count = len(held["tests"])
        told = ngettext("{n} test comes along.", "{n} tests come along.", count)
        st.caption(":material/checklist: " + told.format(n=count))
    label = _("Import “{name}”").format(name=safe(name))
    args = (held["document"], held["tests"])
    if st.button(label, type="primary", key="new-import", on_click=take, args=args):
        st.rerun()
