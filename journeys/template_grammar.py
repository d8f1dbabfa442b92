"""An allow-list over Jinja's syntax tree, which it rewrites so that every step is guarded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from journeys.filters import FILTERS
from journeys.plain_data import MAX_NUMBER
from journeys.template_syntax import (
    LOOP_FACTS,
    MAX_DEPTH,
    MAX_SOURCE,
    ROOTS,
    TESTS,
    Reading,
    Step,
    arguments_problem,
    dotted,
    made_sure,
    path,
    size_problem,
    step,
    word,
)


def read_template(text: str, parser: Environment) -> Reading:
    """A template's text as a guarded tree, or its problems in plain words with the line. Never raises."""
    if len(text) > MAX_SOURCE:
        return Reading([f"A template has at most {MAX_SOURCE} characters; this one has {len(text)}."])
    try:
        tree = parser.parse(text)
    except TemplateSyntaxError as error:
        return Reading([f"Line {error.lineno}: the template cannot be read: {error.message}."])
    except RecursionError:
        return Reading([f"The template is nested too deep (at most {MAX_DEPTH})."])
    except Exception as error:  # Jinja's lexer lets through what int() and the escapes raise.
        return Reading([f"The template cannot be read: {str(error)[:200]}."])
    if too_much := size_problem(tree):
        return Reading([too_much])
    return _Rewriter().template(tree)


class _Rewriter:
    """One pass over a tree of bounded size: what is not named here is refused."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.loop: str | None = None
        #: Variables that an `is defined` around has made sure of.
        self.sure: frozenset[str] = frozenset()
        self.soft = False

    def template(self, tree: nodes.Template) -> Reading:
        self.reading.body = self.statements(tree.body)
        said = [each for part in self.reading.body if isinstance(part, nodes.Output) for each in part.nodes]
        shown = [each for each in said if not (isinstance(each, nodes.TemplateData) and not each.data.strip())]
        if len(shown) == 1 and not isinstance(shown[0], nodes.TemplateData) and len(self.reading.body) == 1:
            self.reading.single = shown[0]
        return self.reading

    def problem(self, node: nodes.Node, text: str) -> nodes.Expr:
        line = f"Line {node.lineno}: {text}"
        if line not in self.reading.problems and len(self.reading.problems) < 20:
            self.reading.problems.append(line)
        return nodes.Const("", lineno=node.lineno)

    def statements(self, body: Iterable[nodes.Node]) -> list[nodes.Node]:
        return [self.statement(each) for each in body]

    def statement(self, node: nodes.Node) -> nodes.Node:
        if isinstance(node, nodes.Output):
            return nodes.Output([self.said(each) for each in node.nodes], lineno=node.lineno)
        if isinstance(node, nodes.If):
            return self.if_(node)
        if isinstance(node, nodes.For):
            return self.for_(node)
        self.problem(node, f"“{word(node)}” cannot be used in a message. Use if, for and {{{{ ... }}}}.")
        return nodes.Output([], lineno=node.lineno)

    def said(self, node: nodes.Expr) -> nodes.Expr:
        return node if isinstance(node, nodes.TemplateData) else self.expression(node)

    def if_(self, node: nodes.If) -> nodes.If:
        test = self.expression(node.test)
        before, self.sure = self.sure, self.sure | made_sure(node.test)
        body = self.statements(node.body)
        self.sure = before
        others = [self.if_(each) for each in node.elif_]
        return nodes.If(test, body, others, self.statements(node.else_), lineno=node.lineno)

    def for_(self, node: nodes.For) -> nodes.For:
        name = node.target.name if isinstance(node.target, nodes.Name) else ""
        if self.loop is not None:
            self.problem(node, "a loop cannot stand inside another loop.")
        elif node.recursive or not name or name in (*ROOTS, "loop") or name.startswith("_"):
            self.problem(node, "write a loop as {% for item in event.items %} with a name of its own.")
        items = self.guard("_list", node.iter, self.expression(node.iter))
        outside, self.loop = self.loop, name or "item"
        test = self.expression(node.test) if node.test is not None else None
        body = self.statements(node.body)
        self.loop = outside
        target = nodes.Name(f"each_{name}", "store", lineno=node.lineno)
        return nodes.For(target, items, body, self.statements(node.else_), test, False, lineno=node.lineno)

    def expression(self, node: nodes.Node) -> nodes.Expr:
        rewrite = _EXPRESSIONS.get(type(node))
        if rewrite is None:
            return self.problem(node, f"“{word(node)}” cannot be used here.")
        before = self.soft
        # A default around reaches a value through filters and choices; whatever else stands between needs the value.
        self.soft = before and isinstance(node, _LETTING_THROUGH)
        rewritten = rewrite(self, node)
        self.soft = before
        return rewritten

    def guard(self, name: str, node: nodes.Node, value: nodes.Expr, *args: nodes.Expr) -> nodes.Filter:
        return nodes.Filter(value, name, list(args), [], None, None, lineno=node.lineno)

    def name(self, node: nodes.Expr) -> nodes.Expr:
        way = path(node)
        if way is None:
            if isinstance(node, nodes.Getattr | nodes.Getitem) and (last := step(node)) is not None:
                inner = self.expression(node.node)
                return self.guard("_walk", node, inner, nodes.Const(str(last)), nodes.Const(last))
            return self.problem(node, "write the name of a value as it is: contact.first_name or answers[0].")
        if any(isinstance(each, str) and each.startswith("_") for each in way):
            return self.problem(node, f"“{dotted(way)}” is not a name that can be used.")
        root = str(way[0])
        if root in ROOTS:
            return self.variable(node, way)
        if self.loop is not None and root == self.loop:
            item: nodes.Expr = nodes.Name(f"each_{root}", "load", lineno=node.lineno)
            steps = [nodes.Const(each) for each in way[1:]]
            return self.guard("_walk", node, item, nodes.Const(dotted(way)), *steps) if steps else item
        if self.loop is not None and root == "loop" and len(way) == 2 and way[1] in LOOP_FACTS:
            return node
        names = ", ".join((*ROOTS, self.loop) if self.loop else ROOTS)
        return self.problem(node, f"there is no “{root}”. Write contact.{root}, or begin with one of {names}.")

    def variable(self, node: nodes.Expr, way: tuple[Step, ...]) -> nodes.Expr:
        known = next((key for key, other in self.reading.paths.items() if other == way), None)
        key = known or f"var_{len(self.reading.paths)}"
        self.reading.paths[key] = way
        if not self.soft and dotted(way) not in self.sure:
            self.reading.bare.add(dotted(way))
        return nodes.Name(key, "load", lineno=node.lineno)

    def const(self, node: nodes.Const) -> nodes.Expr:
        value = node.value
        if isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:
            return self.problem(node, "a number is too large.")
        return node

    def filtered(self, node: nodes.Filter) -> nodes.Expr:
        if node.node is None or node.dyn_args is not None or node.dyn_kwargs is not None:
            return self.problem(node, f"write the filter as {{{{ value|{node.name} }}}}.")
        default = node.name in ("default", "d")
        if not default and node.name not in FILTERS:
            return self.problem(node, f"there is no filter “{node.name}”. Use one of default, {', '.join(FILTERS)}.")
        if wrong := arguments_problem(node):
            return self.problem(node, wrong)
        before, self.soft = self.soft, self.soft or default
        value = self.expression(node.node)
        self.soft = before and default
        args = [self.expression(each) for each in node.args]
        named = [nodes.Keyword(each.key, self.expression(each.value), lineno=each.lineno) for each in node.kwargs]
        self.soft = before
        return nodes.Filter(value, node.name, args, named, None, None, lineno=node.lineno)

    def test(self, node: nodes.Test) -> nodes.Expr:
        if node.name not in TESTS or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return self.problem(node, f"there is no test “is {node.name}”. Use one of {', '.join(TESTS)}.")
        before, self.soft = self.soft, self.soft or node.name in ("defined", "undefined", "none")
        value = self.expression(node.node)
        self.soft = before
        return nodes.Test(value, node.name, [], [], None, None, lineno=node.lineno)

    def compare(self, node: nodes.Compare) -> nodes.Expr:
        rest = [each for operand in node.ops for each in (nodes.Const(operand.op), self.expression(operand.expr))]
        return self.guard("_compare", node, self.expression(node.expr), *rest)

    def choice(self, node: nodes.CondExpr) -> nodes.Expr:
        if node.expr2 is None:
            return self.problem(node, "say what to show otherwise: {{ a if b else c }}.")
        soft, self.soft = self.soft, False
        test = self.expression(node.test)
        self.soft = soft
        before, self.sure = self.sure, self.sure | made_sure(node.test)
        value = self.expression(node.expr1)
        self.sure = before
        return nodes.CondExpr(test, value, self.expression(node.expr2), lineno=node.lineno)

    def both(self, node: nodes.And | nodes.Or) -> nodes.Expr:
        left = self.expression(node.left)
        before = self.sure
        if isinstance(node, nodes.And):
            self.sure = self.sure | made_sure(node.left)
        right = self.expression(node.right)
        self.sure = before
        return type(node)(left, right, lineno=node.lineno)

    def sum(self, node: nodes.Add | nodes.Sub) -> nodes.Expr:
        name = "_add" if isinstance(node, nodes.Add) else "_subtract"
        return self.guard(name, node, self.expression(node.left), self.expression(node.right))

    def concat(self, node: nodes.Concat) -> nodes.Expr:
        first, *rest = [self.expression(each) for each in node.nodes]
        return self.guard("_concat", node, first, *rest)


_LETTING_THROUGH = (nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.CondExpr)
_EXPRESSIONS: Mapping[type[nodes.Node], Callable[[_Rewriter, Any], nodes.Expr]] = {
    nodes.Name: _Rewriter.name,
    nodes.Getattr: _Rewriter.name,
    nodes.Getitem: _Rewriter.name,
    nodes.Const: _Rewriter.const,
    nodes.Filter: _Rewriter.filtered,
    nodes.Test: _Rewriter.test,
    nodes.Compare: _Rewriter.compare,
    nodes.CondExpr: _Rewriter.choice,
    nodes.And: _Rewriter.both,
    nodes.Or: _Rewriter.both,
    nodes.Not: lambda self, node: nodes.Not(self.expression(node.node), lineno=node.lineno),
    nodes.Neg: lambda self, node: self.guard("_subtract", node, nodes.Const(0), self.expression(node.node)),
    nodes.Add: _Rewriter.sum,
    nodes.Sub: _Rewriter.sum,
    nodes.Concat: _Rewriter.concat,
    nodes.List: lambda self, node: nodes.List([self.expression(each) for each in node.items], lineno=node.lineno),
}
