"""The rule builder of the pages: groups in groups, each condition on a line with real names to choose from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ui.canvas.comparisons import operator_name
from ui.language import _
from ui.rule_clauses import BY_KIND, CLAUSES, DEEPEST, JOINTS, Part, choices_of
from ui.rule_form import Group, Line, begun
from ui.rule_values import shape, span_field, value_field
from ui.words import CHANNEL, bold, channel

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What is there to choose from."""

    attributes: list[Any] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    #: Names by id.
    segments: Json = field(default_factory=dict)
    journeys: Json = field(default_factory=dict)
    operators: list[Any] = field(default_factory=list)

    def over(self, event: str) -> Known:
        """What is there to choose from of an event's properties."""
        properties = next((each.get("properties") or [] for each in self.events if each["name"] == event), [])
        return Known(attributes=list(properties), operators=self.operators)


#: Draws one part of a condition; the condition's rule as it is then.
Drawn = Callable[[Line, Part, Known], dict[str, Any]]


def kind_name(kind: str) -> str:
    """What a condition asks about."""
    return _(BY_KIND[kind].title) if kind in BY_KIND else _("Other")


def group_field(group: Group, known: Known, *, over_event: bool = False, depth: int = 0) -> None:
    """A group with its parts; what is pressed changes it before the page is drawn again."""
    if len(group.parts) > 1 or group.joint not in ("all", "any"):
        group.joint = st.selectbox(
            _("Joined by"), list(JOINTS), index=list(JOINTS).index(group.joint), format_func=lambda one: _(JOINTS[one]),
            key=f"{group.key}-joint", label_visibility="collapsed", width=200,
        )  # fmt: skip
    for part in list(group.parts):
        with st.container(border=True, gap="xsmall"):
            if isinstance(part, Group):
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(bold(_("Group")), width="stretch")
                    _remover(group, part)
                group_field(part, known, over_event=over_event, depth=depth + 1)
            else:
                _line(group, part, known, over_event=over_event)
    with st.container(horizontal=True):
        st.button(
            _("Add a condition"), key=f"{group.key}-add", icon=":material/add:",
            on_click=lambda: group.parts.append(begun("attribute")),
        )  # fmt: skip
        if group.parts and depth < DEEPEST:
            st.button(
                _("Add a group"), key=f"{group.key}-group", icon=":material/data_object:", type="tertiary",
                on_click=lambda: group.parts.append(Group("any", [begun("attribute")])),
            )  # fmt: skip


def _remover(group: Group, part: Line | Group) -> None:
    st.button(
        _("Remove"), key=f"{part.key}-remove", icon=":material/close:", type="tertiary",
        on_click=lambda: group.parts.remove(part),
    )  # fmt: skip


def _line(group: Group, line: Line, known: Known, *, over_event: bool) -> None:
    kind, offered = line.kind, [one.kind for one in CLAUSES if one.over_event or not over_event]
    offered += [kind] if kind not in offered else []
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(offered) > 1:
            chosen = st.selectbox(
                _("Condition"), offered, index=offered.index(kind), format_func=kind_name, key=f"{line.key}-kind",
                label_visibility="collapsed", width=150,
            )  # fmt: skip
            if chosen != kind:
                line.rule, line.where = begun(chosen).rule, None
        line.negated = st.toggle(
            _("not"), line.negated, key=f"{line.key}-not", help=_("Holds when the condition does not.")
        )
        parts = BY_KIND[line.kind].parts if line.kind in BY_KIND else ()
        for part in parts:
            if part.widget in DRAWN and (not part.of_trip or part.name in line.rule):
                line.rule = DRAWN[part.widget](line, part, known)
        if not parts:
            line.rule = _other(line)
        st.space("stretch")
        _remover(group, line)
    for part in parts:
        if part.widget == "where":
            _properties(line, part, known)


def _choice(key: str, label: str, value: str, names: Mapping[str, str], *, fresh: bool = True, width: int = 220) -> str:
    """One of the known names, or a new one."""
    options = list(dict.fromkeys([*names, *([value] if value else [])]))
    chosen = st.selectbox(
        label, options, index=options.index(value) if value else None, key=key, accept_new_options=fresh,
        format_func=lambda one: names.get(one, one), placeholder=label, label_visibility="collapsed", width=width,
    )  # fmt: skip
    return str(chosen or "").strip()


def _comparison(line: Line, part: Part, known: Known) -> dict[str, Any]:
    rule, names = line.rule, {str(each["name"]): str(each["name"]) for each in known.attributes}
    name = _choice(f"{line.key}-name", _(part.title), rule["attribute"], names)
    about = next((each for each in known.attributes if each["name"] == name), {"name": name, "type": ""})
    value = rule.get("value", True if rule["is"] == "exists" else "")
    if name != rule["attribute"]:
        value = ""
    fits = [each["name"] for each in known.operators if not about["type"] or about["type"] in each["applies_to"]]
    before = rule["is"] if rule["is"] in fits or name == rule["attribute"] else (fits or ["equal"])[0]
    offered = list(dict.fromkeys([*fits, before]))
    operator = st.selectbox(
        _("Is"), offered, index=offered.index(before), format_func=operator_name, width=170,
        key=f"{line.key}-is-{about['type']}", label_visibility="collapsed",
    )  # fmt: skip
    # A value that fitted the comparison before may not fit this one.
    if operator != rule["is"] and shape(operator, value, str(about["type"])) == "json":
        value = ""
    return {"attribute": name, "is": operator, "value": value_field(line.key, operator, value, about)}


def _named(names: Callable[[Known], Mapping[str, str]], *, fresh: bool) -> Drawn:
    """A name of the project's; `fresh`: or one that is not known yet."""

    def drawn(line: Line, part: Part, known: Known) -> dict[str, Any]:
        now = str(line.rule.get(part.name) or "")
        chosen = _choice(f"{line.key}-{part.name}", _(part.title), now, names(known), fresh=fresh)
        return {**line.rule, part.name: chosen}

    return drawn


def _one_of(line: Line, part: Part, known: Known) -> dict[str, Any]:
    now = str(line.rule.get(part.name, part.unsaid))
    chosen = _choice(f"{line.key}-{part.name}", _(part.title), now, choices_of(part), fresh=False, width=170)
    return line.rule if chosen == part.unsaid and part.name not in line.rule else {**line.rule, part.name: chosen}


def _count(line: Line, part: Part, known: Known) -> dict[str, Any]:
    rule = dict(line.rule)
    times = st.number_input(
        _(part.title), min_value=1, max_value=1_000_000, value=int(rule.pop(part.name, part.unsaid)),
        key=f"{line.key}-{part.name}", label_visibility="collapsed", width=120, help=_(part.title),
    )  # fmt: skip
    st.caption(_("times or more"), width="content")
    return rule if times == part.unsaid else {**rule, part.name: int(times)}


def _span(line: Line, part: Part, known: Known) -> dict[str, Any]:
    rule, key = dict(line.rule), f"{line.key}-{part.name}"
    length = rule.pop(part.name, None)
    if not st.toggle(_(part.title), length is not None, key=key):
        return rule
    return {**rule, part.name: span_field(key, length or part.unsaid)}


def _properties(line: Line, part: Part, known: Known) -> None:
    """The rule over the properties of an event."""
    if st.toggle(_(part.title), line.where is not None, key=f"{line.key}-{part.name}"):
        line.where = line.where or Group(parts=[begun("attribute")])
        group_field(line.where, known.over(str(line.rule.get("event") or "")), over_event=True)
    else:
        line.where = None


def _message(line: Line, part: Part, known: Known) -> dict[str, Any]:
    """A journey's messages; a step is only known in its own journey, and stays as it is named."""
    what = line.rule[part.name]
    if not isinstance(what, Mapping) or "journey" not in what:
        st.code(json.dumps(what, ensure_ascii=False), language=None, width="content")
        return line.rule
    names = {each: str(name) for each, name in known.journeys.items()}
    chosen = _choice(f"{line.key}-journey", _("Journey"), str(what["journey"]), names, width=260)
    return {**line.rule, part.name: {"journey": chosen}}


def _other(line: Line) -> dict[str, Any]:
    """What the form has no widgets for is written as it is."""
    text = st.text_input(
        _("Condition, JSON"), json.dumps(line.rule, ensure_ascii=False), key=f"{line.key}-json", width=420,
        label_visibility="collapsed",
    )  # fmt: skip
    try:
        written = json.loads(text or "{}")
    except ValueError:
        return line.rule
    return written if isinstance(written, dict) else line.rule


def _same(names: Iterable[Any]) -> dict[str, str]:
    return {str(each): str(each) for each in names}


#: What draws each widget; the rule over an event's properties stands below its line.
DRAWN: Mapping[str, Drawn] = {
    "comparison": _comparison,
    "tag": _named(lambda known: _same(known.tags), fresh=True),
    "segment": _named(lambda known: known.segments, fresh=False),
    "event": _named(lambda known: _same(each["name"] for each in known.events), fresh=True),
    "messenger": _named(lambda known: {name: channel(name) for name in CHANNEL if name != "auto"}, fresh=False),
    "property": _named(lambda known: {}, fresh=True),
    "choice": _one_of,
    "count": _count,
    "span": _span,
    "message": _message,
}
