"""Those inside older versions: where they would come in the live one, and moving them there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.figures import number
from ui.language import N_, _, ngettext
from ui.look import attempt, careful
from ui.words import KIND, safe, word

Json = Mapping[str, Any]
#: What becomes of those who stand in a step of an older version.
GOES = {
    "same": N_("stay where they are"),
    "redirect": N_("go to {to}"),
    "advance": N_("go on to {to}"),
    "exit": N_("leave the journey"),
}


def ask_move(journey: str, document: Json) -> None:
    """Shows where those on older versions would come in the live one, then moves them."""

    @st.dialog(_("Move those inside to the live version?"), icon=":material/moving:", width="medium")
    def asked() -> None:
        with careful():
            key = f"move-{journey}"
            names = _titles(document)
            chosen: dict[str, Any] = st.session_state.setdefault(key, {})
            plan = backend().migrate(journey, chosen, dry_run=True)["nodes"]
            if not plan and st.session_state.pop(f"moved-{journey}", False):
                st.rerun()
            if not plan:
                st.info(_("Everybody inside is on the live version."), icon=":material/check_circle:")
                return
            before = {n: _titles(backend().version(journey, n)["document"]) for n in {row["version"] for row in plan}}
            for row in plan:
                _head(row, names, before[row["version"]].get(row["node"]) or row["node"], chosen)
            undecided = any(row["how"] == "undecided" for row in plan)

            def move() -> None:
                attempt(lambda: backend().migrate(journey, chosen, dry_run=False), _("Moved."))
                st.session_state.pop(key, None)
                st.session_state[f"moved-{journey}"] = True

            label = _("Move them")
            if st.button(label, type="primary", key="move-yes", disabled=undecided, on_click=move):
                st.rerun()

    asked()


def _titles(document: Json) -> dict[str, str]:
    """Steps by their titles, or by what they are where they have none."""
    return {node["id"]: str(node.get("title") or word(KIND, node["kind"]).text) for node in document.get("nodes", ())}


def _head(row: Json, names: Mapping[str, str], title: str, chosen: dict[str, Any]) -> None:
    """One step of an older version: how many are there, and where they go."""
    node, inside = str(row["node"]), int(row["inside"])
    version = _("Version {n}").format(n=row["version"])
    people = ngettext("{n} contact", "{n} contacts", inside).format(n=number(inside))
    st.markdown(f"**{safe(title)}** · {version} · {people}")
    if row["how"] in GOES:
        to = names.get(str(row.get("to")), str(row.get("to") or ""))
        st.caption(f"→ {_(GOES[row['how']]).format(to=safe(to))}")
    else:
        st.caption(_("The step is gone or has become another kind: choose where they go."))
    if row["how"] != "undecided" and node not in chosen:
        return
    ways = {"": _("Choose"), "advance": _("Go on to the next step"), "exit": _("Take them out")}
    ways |= {f"to:{name}": title for name, title in names.items()}

    def choose() -> None:
        picked = str(st.session_state.get(f"move-{node}") or "")
        chosen.pop(node, None)
        if picked:
            chosen[node] = {"redirect": picked[3:]} if picked.startswith("to:") else picked

    st.selectbox(
        _("Where they go"), list(ways), format_func=lambda way: ways[way], key=f"move-{node}", on_change=choose
    )
