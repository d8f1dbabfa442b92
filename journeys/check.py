"""Everything that is wrong with a journey before it runs, each tied to its node and exit, each with the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import networkx as nx
from pydantic import ValidationError

from journeys.graph import Settings, find_start, read_node
from journeys.wording import message_problems, rule_problems, settings_problems, template_problems
from nodes import registry
from nodes.base import Node

MAX_NODES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend: where it is, what is wrong, what to do."""

    text: str
    fix: str
    level: Literal["error", "warning"] = "error"
    node: str | None = None
    exit: str | None = None
    #: Dotted path inside the node's settings, or inside `graph` when no node is named.
    path: str | None = None
    #: The steps of the way on which it happens.
    way: tuple[str, ...] = ()


def check(document: Any) -> list[Problem]:
    """All problems of a document of any shape; no errors among them means that it can be published."""
    shape = list(_shape(document))
    if shape:
        return shape
    nodes, problems = read_nodes(document["nodes"])
    settings = read_settings(document.get("graph") or {}, problems)
    problems += _edges(document, nodes)
    graph = graph_of(document)
    start = find_start(graph, settings.start if settings else None)
    problems += _start(graph, start, settings)
    if start is not None:
        problems += _reach(graph, start, nodes)
    problems += _cycles(graph, nodes)
    problems += _contents(document, nodes, settings)
    return problems


def exits_and_sentences(document: Any) -> dict[str, dict[str, Any]]:
    """For each node whose settings are valid: its exits and its card's sentence."""
    if list(_shape(document)):
        return {}
    nodes, _ = read_nodes(document["nodes"])
    return {name: {"exits": list(node.exits()), "sentence": node.sentence()} for name, node in nodes.items()}


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that block publishing."""
    return [problem for problem in problems if problem.level == "error"]


def _shape(document: Any) -> Iterator[Problem]:
    if not isinstance(document, Mapping):
        yield Problem(text="A journey is a JSON object.", fix="Send an object with nodes, edges and graph.")
        return
    for part in ("nodes", "edges"):
        if not isinstance(document.get(part), list):
            yield Problem(text=f"The journey has no list of {part}.", fix=f"Add {part}: a list.", path=part)
            return
    if not isinstance(document.get("graph") or {}, Mapping):
        yield Problem(text="The journey's settings are not an object.", fix="Make graph an object.", path="graph")
    if not document["nodes"]:
        yield Problem(text="The journey is empty.", fix="Add a first step.")
    if len(document["nodes"]) > MAX_NODES:
        yield Problem(text=f"The journey has more than {MAX_NODES} steps.", fix="Split it into several journeys.")
        return
    yield from _node_shapes(document["nodes"])
    for number, edge in enumerate(document["edges"]):
        if not isinstance(edge, Mapping) or not all(isinstance(edge.get(k), str) for k in ("source", "target", "key")):
            yield Problem(
                text=f"Edge {number} is not {{source, target, key}}.", fix="Name source, target and key (the exit)."
            )


def _node_shapes(nodes: Sequence[Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, raw in enumerate(nodes):
        name = raw.get("id") if isinstance(raw, Mapping) else None
        if not isinstance(name, str) or not 0 < len(name) <= 60:
            yield Problem(text=f"Step {number} has no id.", fix="Give it an id of 1 to 60 characters.")
        elif name in seen:
            yield Problem(text=f"Two steps are called {name}.", fix="Rename one of them.", node=name)
        elif not isinstance(raw.get("settings") or {}, Mapping):
            yield Problem(text="The settings are not an object.", fix="Make settings an object.", node=name)
        else:
            seen.add(name)


def is_shaped(document: Any) -> bool:
    """Whether a document has steps and edges at all."""
    return not any(_shape(document))


def read_nodes(raw_nodes: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Node], list[Problem]]:
    """The steps whose settings are valid, and what is wrong with the others."""
    nodes: dict[str, Node] = {}
    problems: list[Problem] = []
    for raw in raw_nodes:
        kind = raw.get("kind")
        if not isinstance(kind, str) or kind not in registry():
            known = ", ".join(registry())
            problems.append(
                Problem(text=f"No kind of step is called {kind!r}.", fix=f"Use one of {known}.", node=raw["id"])
            )
            continue
        try:
            nodes[raw["id"]] = read_node(raw)
        except ValidationError as invalid:
            problems += _invalid(invalid, raw["id"])
    return nodes, problems


def read_settings(raw: Mapping[str, Any], problems: list[Problem]) -> Settings | None:
    """The journey's own settings; what is wrong with them goes into `problems`."""
    try:
        return Settings.model_validate(raw)
    except ValidationError as invalid:
        problems += _invalid(invalid, None)
        return None


def _invalid(invalid: ValidationError, node: str | None) -> Iterator[Problem]:
    for error in invalid.errors():
        path = ".".join(str(part) for part in error["loc"])
        if error["type"] == "extra_forbidden":
            text, fix = f"There is no setting {path}.", "Remove it, or check how it is spelt."
        elif error["type"] == "missing":
            text, fix = f"{path} is missing.", f"Fill in {path}."
        else:
            text = error["msg"].removeprefix("Value error, ")
            text, fix = text[:1].upper() + text[1:] + ".", f"Correct {path or 'the settings'}."
        yield Problem(text=text, fix=fix, node=node, path=path or None)


def graph_of(document: Mapping[str, Any]) -> nx.MultiDiGraph[str]:
    """Edges between known nodes only, so that one broken edge does not hide the rest."""
    names = {raw["id"] for raw in document["nodes"]}
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from(raw["id"] for raw in document["nodes"])
    graph.add_edges_from(
        (edge["source"], edge["target"], edge["key"])
        for edge in document["edges"]
        if edge["source"] in names and edge["target"] in names
    )
    return graph


def _edges(document: Mapping[str, Any], nodes: Mapping[str, Node]) -> Iterator[Problem]:
    names = {raw["id"] for raw in document["nodes"]}
    drawn: set[tuple[str, str]] = set()
    for edge in document["edges"]:
        source, target, key = edge["source"], edge["target"], edge["key"]
        if source not in names:
            yield Problem(text=f"An edge starts at {source}, which does not exist.", fix="Remove the edge.", exit=key)
            continue
        if target not in names:
            yield Problem(
                text=f"The exit {key} leads to {target}, which does not exist.",
                fix=f"Connect {key} to another step.",
                node=source,
                exit=key,
            )
        elif (source, key) in drawn:
            yield Problem(
                text=f"The exit {key} leads to two places.", fix="Keep one of the edges.", node=source, exit=key
            )
        elif source in nodes and key not in nodes[source].exits():
            ways = ", ".join(nodes[source].exits()) or "none"
            yield Problem(text=f"There is no exit {key}.", fix=f"Its exits: {ways}.", node=source, exit=key)
        drawn.add((source, key))
    for name, node in nodes.items():
        for way in node.exits():
            if (name, way) not in drawn:
                yield _open_exit(name, way)


def _open_exit(name: str, way: str) -> Problem:
    if way == "no_answer":
        return Problem(
            text="Nobody said what happens when there is no answer.",
            fix="Connect no_answer to a reminder or to an exit.",
            node=name,
            exit=way,
        )
    return Problem(text=f"The exit {way} leads nowhere.", fix=f"Connect {way} to a step.", node=name, exit=way)


def _start(graph: nx.MultiDiGraph[str], start: str | None, settings: Settings | None) -> Iterator[Problem]:
    if start is not None or settings is None:
        return
    if settings.start:
        yield Problem(text=f"The first step {settings.start} does not exist.", fix="Name another.", path="start")
        return
    roots = [node for node, ways_in in graph.in_degree() if ways_in == 0]
    shown = ", ".join(roots) if roots else "every step has a way in"
    yield Problem(text=f"It is not clear where the journey starts ({shown}).", fix="Name the first step.", path="start")


def _reach(graph: nx.MultiDiGraph[str], start: str, nodes: Mapping[str, Node]) -> Iterator[Problem]:
    reachable = nx.descendants(graph, start) | {start}
    for name in graph:
        if name not in reachable:
            yield Problem(text="No way leads to this step.", fix="Connect an exit to it, or remove it.", node=name)
    ends = [name for name, node in nodes.items() if node.kind == "exit"]
    ending = set(ends).union(*(nx.ancestors(graph, end) for end in ends)) if ends else set()
    for name in graph:
        if name in reachable and name not in ending and name in nodes and graph.out_degree(name):
            yield Problem(
                text="From here no way leads to an end.", fix="Lead one of the ways to an exit step.", node=name
            )


def _cycles(graph: nx.MultiDiGraph[str], nodes: Mapping[str, Node]) -> Iterator[Problem]:
    quick: nx.DiGraph[str] = nx.DiGraph(
        graph.subgraph(name for name in graph if name in nodes and not nodes[name].breaks_cycle())
    )
    for part in nx.strongly_connected_components(quick):
        first = min(part)
        if len(part) > 1 or quick.has_edge(first, first):
            way = nx.find_cycle(quick.subgraph(part), first)
            shown = " → ".join([*(edge[0] for edge in way), way[0][0]])
            yield Problem(
                text=f"A contact would run round without end: {shown}.",
                fix="Put a wait of a minute or more, or a question, on the way round.",
                node=first,
            )


def _contents(document: Mapping[str, Any], nodes: Mapping[str, Node], settings: Settings | None) -> Iterator[Problem]:
    offered = {button.id for node in nodes.values() for says in node.all_says() for button in says.offers()}
    for name, node in nodes.items():
        for level, path, text, fix in (*template_problems(node), *rule_problems(node.rules()), *message_problems(node)):
            yield Problem(text=text, fix=fix, level=level, node=name, path=path)
        for number, branch in enumerate(getattr(node, "branches", ())):
            for button in getattr(branch, "buttons", ()):
                if button not in offered:
                    yield Problem(
                        text=f"No message has a button {button}.",
                        fix="Choose a button of a message of this journey.",
                        node=name,
                        exit=branch.exit,
                        path=f"branches.{number}.buttons",
                    )
    for level, path, text, fix in settings_problems(settings) if settings else ():
        yield Problem(text=text, fix=fix, level=level, path=path)
