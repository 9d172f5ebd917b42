"""Every message that the guide's tools tell people is expected by a test.

`python tests/test_messages.py` prints the table: each message, where it is, the tests that expect
it. Messages are read in the syntax tree of the package, and so is what tests hold: a test expects a
message if it has some words of it, in a row, that no other message has. A part of a message that
is chosen, as by an if, is one of its own.
"""

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import getfile, isfunction, ismodule
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "back_office_guide"
sys.path.insert(0, str(ROOT))
# What is called to tell people something: with one argument that says it, or with all.
SAYS = {"DamagedError": 2, "Difference": 1, "Fault": 2}
SAYS_WITH_ALL = re.compile(r"print|SystemExit|\w+Error|logger\.\w+|sys\.\w+\.write")
HOLE = "…"  # in the place of what is known only when a message is told
IN_A_ROW = 5  # words that tell a message from the others

Text = tuple[str, str]
"""A text, and where it is: "core/faults.py:54"."""


class Module:
    """A module of the package, as it is written and as it is."""

    def __init__(self, path: Path) -> None:
        """Read and import the module in the file `path`."""
        self.place = path.relative_to(PACKAGE).as_posix()
        self.tree = ast.parse(path.read_text("utf-8"))
        nodes = ast.walk(self.tree)
        self.functions = {each.name: each for each in nodes if isinstance(each, ast.FunctionDef)}
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        self.names = vars(import_module(name))

    def function(self, name: str) -> "tuple[Module, ast.FunctionDef] | None":
        """Return the function of the package that has this name here, and its module."""
        if name in self.functions:
            return self, self.functions[name]
        known = self.names.get(name)
        path = Path(getfile(known)) if isfunction(known) else ROOT
        return module(path).function(name) if path.is_relative_to(PACKAGE) else None


module = cache(Module)


@cache
def within(scope: ast.AST) -> list[ast.AST]:
    """Return the nodes of a module or function, but not those of the functions in it."""
    found = [scope]
    for node in found:
        children = ast.iter_child_nodes(node)
        found += (child for child in children if not isinstance(child, ast.FunctionDef))
    return found[1:]


def saying(call: ast.Call) -> list[ast.expr]:
    """Return the arguments of a call that tell people something."""
    name = ast.unparse(call.func)
    said = [each.value for each in call.keywords if each.arg == "message"]
    if name in SAYS:
        return said + call.args[SAYS[name] :][:1]
    return said + call.args if SAYS_WITH_ALL.fullmatch(name) or (name == "replace" and said) else []


def values_of(name: str, scope: ast.AST) -> Iterator[ast.expr]:
    """Yield what a module or function gives to one of its names: by =, +=, :=, for, append."""
    for node in within(scope):
        given: list[tuple[ast.expr, ast.expr | None]] = []
        if isinstance(node, ast.Assign):
            given = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
            given = [(node.target, node.value)]
        elif isinstance(node, ast.For | ast.comprehension):
            given = [(node.target, node.iter)]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == f"{name}.append":
            yield from node.args
        for target, value in given:
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            values = value.elts if isinstance(value, ast.Tuple) else []
            whole = [value] * len(names)  # any of what is unpacked may be it
            for each, own in zip(
                names, values if len(values) == len(names) else whole, strict=True
            ):
                if own and ast.unparse(each).removeprefix("*") == name:
                    yield own


# Where an expression has the parts of which one is its value, or that are joined in it.
PARTS: dict[type, tuple[str, ...]] = {
    ast.BinOp: ("left", "right"),
    ast.BoolOp: ("values",),
    ast.Dict: ("values",),
    ast.DictComp: ("value",),
    ast.FormattedValue: ("value",),
    ast.GeneratorExp: ("elt",),
    ast.IfExp: ("body", "orelse"),
    ast.JoinedStr: ("values",),
    ast.List: ("elts",),
    ast.ListComp: ("elt",),
    ast.NamedExpr: ("value",),
    ast.Starred: ("value",),
    ast.Subscript: ("value",),
    ast.Tuple: ("elts",),
}


def parts_of(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the parts of an expression, but for those of a call, or of a difference."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add | ast.Mult):
        return
    for name in PARTS.get(type(node), ()):
        part = getattr(node, name)
        yield from part if isinstance(part, list) else [part]


class Reader:
    """Finds the texts of which a function makes an expression, and those of functions it calls."""

    def __init__(self, where: Module, scope: ast.AST, seen: set[ast.AST]) -> None:
        """Read in a function, or at the top of a module; what was `seen` is not read again."""
        self._module, self._scope, self._seen = where, scope, seen

    def texts(self, node: ast.expr | None) -> Iterator[Text]:
        """Yield the texts in an expression."""
        if node is None or node in self._seen:
            return
        self._seen.add(node)
        place = f"{self._module.place}:{node.lineno}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.replace("%s", HOLE), place
        elif isinstance(node, ast.JoinedStr):
            constant = [piece for piece in node.values if isinstance(piece, ast.Constant)]
            self._seen.update(constant)
            yield "".join(str(p.value) if p in constant else HOLE for p in node.values), place
        elif isinstance(node, ast.Name):
            yield from self._named(node.id)
        elif isinstance(node, ast.Call) and not saying(node):  # else it is read on its own
            yield from self._called(node)
        for part in parts_of(node):
            yield from self.texts(part)

    def _called(self, call: ast.Call) -> Iterator[Text]:
        """Yield the texts that a call may return: those of a function, or those it is given."""
        owner, _, name = ast.unparse(call.func).rpartition(".")
        if self._module.function(name):
            yield from self._named(name)
            return
        given = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        given += call.args[1:] if name == "get" else call.args
        for each in () if ismodule(self._module.names.get(owner)) else given:
            for text, place in self.texts(each):
                filled = re.sub(r"\{\w*\}", HOLE, text) if name.startswith("format") else text
                yield filled, place

    def _named(self, name: str) -> Iterator[Text]:
        """Yield the texts that a variable, a constant or the result of a function may have."""
        values = list(values_of(name, self._scope))
        for value in values:
            yield from self.texts(value)
        function = self._module.function(name)
        if values and self._scope is not self._module.tree:
            return
        if function and function[1] not in self._seen:
            self._seen.add(function[1])
            reader = Reader(*function, self._seen)
            for node in within(function[1]):
                if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom):
                    yield from reader.texts(node.value)
        elif name.isupper():
            for text in strings(self._module.names.get(name)):
                yield text.replace("%s", HOLE), f"{self._module.place}:{name}"


def strings(value: object) -> Iterator[str]:
    """Yield the texts of a constant: itself, or those that a list or a table has."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple | set):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def messages() -> dict[str, list[str]]:
    """Return the messages of the package and of the Makefile, and the places of each."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.glob("*/*.py")):
        here = module(path)
        for scope in (here.tree, *here.functions.values()):
            calls = (node for node in within(scope) if isinstance(node, ast.Call))
            for said in chain.from_iterable(map(saying, calls)):
                for text, place in Reader(here, scope, set()).texts(said):
                    if place not in found[text]:
                        found[text].append(place)
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        for said in re.findall(r'\becho "(.*?)(?<!\\)"', line):
            found[re.sub(r"\$\([^)]*\)|\$+\w+|\$\$\(.*?\)", HOLE, said)].append(
                f"Makefile:{number}"
            )
    # A word alone is a part of a message, or none.
    return {
        text: sorted(places)
        for text, places in found.items()
        if " " in text and re.search(r"[^\W\d_]{4}", text)
    }


def rows(text: str) -> set[str]:
    """Return the words of a text that follow each other, so many at a time."""
    words = (re.findall(r"\w+", part) for part in text.split(HOLE))
    return {
        " ".join(each[n : n + IN_A_ROW]) for each in words for n in range(len(each) - IN_A_ROW + 1)
    }


def held(
    node: ast.AST, module_names: dict[str, ast.expr], tables: dict[str, list[str]]
) -> Iterator[str]:
    """Yield the texts that a test holds, and those of the tables that it names."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # says what it does
        return
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif name in module_names:
        yield from held(module_names[name], module_names, tables)
    yield from tables.get(name, ())
    for child in ast.iter_child_nodes(node):
        yield from held(child, module_names, tables)


def expectations() -> dict[str, list[str]]:
    """Return what each test holds, by its name."""
    tables = {
        name: [*strings(value), *(value if isinstance(value, dict) else ())]
        for path in PACKAGE.glob("*/*.py")
        for name, value in module(path).names.items()
        if name.lstrip("_").isupper() and not isinstance(value, str)
    }
    found = {}
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        if path.samefile(__file__):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            ast.unparse(target): node.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        }
        for function in tree.body:
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                found[f"{path.stem}.{function.name}"] = list(held(function, constants, tables))
    return found


def table() -> dict[str, tuple[list[str], list[str]]]:
    """Return the messages, with the places and the tests of each."""
    known = messages()
    times = Counter(row for text in known for row in rows(text))
    expected = expectations()
    in_rows = {test: set().union(*map(rows, texts)) for test, texts in expected.items()}
    found = {}
    for text, places in known.items():
        telling = {row for row in rows(text) if times[row] == 1} or rows(text)
        longest = max(text.split(HOLE), key=len).strip()
        tests = [
            test
            for test, texts in expected.items()
            if telling & in_rows[test] or (not telling and any(longest in each for each in texts))
        ]
        found[text] = places, tests
    return found


def test_every_message_is_expected_by_a_test() -> None:
    assert [(text, places) for text, (places, tests) in table().items() if not tests] == []


if __name__ == "__main__":
    for text, (places, tests) in table().items():
        print(f"{text!r}\n    {', '.join(places)}\n    {', '.join(tests) or 'no test'}")
