"""The rules of the house: what linters do not know, checked over every file of the project."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("nodes", "journeys", "channels", "store", "engine", "api", "ui", "sandbox")
#: Lines. Tests may hold longer tables; migrations are records, not reading matter.
LONGEST_MODULE, LONGEST_TEST = 300, 400
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
#: What is imported, or what in the code needs it, where that is not the distribution's own name.
EVIDENCE = {
    "python-dateutil": r"^from dateutil",
    "google-re2": r"^\s*(import|from) re2\b",
    "httptools": r"uvicorn\.protocols\.http\.auto",
    "psycopg": r"postgresql\+psycopg|^\s*(import|from) psycopg\b",
    "pydantic-settings": r"^\s*from pydantic_settings\b",
    "prometheus-client": r"^\s*(import|from) prometheus_client\b",
    "pyyaml": r"^\s*import yaml\b",
    "python-multipart": r"UploadFile|\.form\(|^\s*(import|from) (python_)?multipart\b",
    "tzdata": r"ZoneInfo",
}
#: Below these are known faults: sandbox escapes, denial of service, faults of authentication.
FLOORS = {"jinja2": "3.1.6", "starlette": "1.1.0", "streamlit": "1.54", "prefect": "3.6.28", "sqlalchemy": "2.0"}
#: Spelt in two parts, so that this file does not hold what it forbids.
OUTSIDE = [
    *(rf"(?<![\w.])/{folder}/" for folder in ("root", "work", "home/" + r"\w+")),
    *(re.escape(left + right) for left, right in (("pypi", ".org"), ("pythonhosted", ".org"), ("npmjs", ".org"))),
    *(re.escape(left + right) for left, right in (("deb.", "debian.org"), ("proxy.", "golang.org"))),
]


@cache
def files() -> tuple[Path, ...]:
    """Every file that is, or would be, kept under version control."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a work tree")
    return tuple(path for name in sorted(done.stdout.split("\0")) if name and (path := ROOT / name).is_file())


def modules() -> list[Path]:
    """Every Python module."""
    return [path for path in files() if path.suffix == ".py"]


def named(paths: list[Path]) -> list[str]:
    """Paths as a reader sees them."""
    return [str(path.relative_to(ROOT)) for path in paths]


@cache
def manifest() -> dict[str, object]:
    """The project's pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def dependencies() -> list[Requirement]:
    """What the product needs at run time."""
    project = manifest()["project"]
    assert isinstance(project, dict)
    return [Requirement(line) for line in project["dependencies"]]


def test_every_module_says_in_a_docstring_what_it_is() -> None:
    assert not named([path for path in modules() if not ast.get_docstring(ast.parse(path.read_text()))])


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    too_long = {}
    for path in modules():
        place = path.relative_to(ROOT)
        lines = len(path.read_text().splitlines())
        if "migrations" not in place.parts and lines > (LONGEST_TEST if place.parts[0] == "tests" else LONGEST_MODULE):
            too_long[str(place)] = lines
    assert not too_long


def test_no_coroutine_waits_for_the_database() -> None:
    """It would hold up everybody else on its loop: what asks the database runs in a thread."""
    found = []
    for path in modules():
        if path.relative_to(ROOT).parts[0] not in ("api", "engine"):
            continue
        coroutines = [each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.AsyncFunctionDef)]
        for coroutine in coroutines:
            within = [each for each in ast.walk(coroutine) if isinstance(each, ast.FunctionDef | ast.Lambda)]
            threads = {id(each) for function in within for each in ast.walk(function)}
            called = [each for each in ast.walk(coroutine) if isinstance(each, ast.Call) and id(each) not in threads]
            asked = [each for each in called if re.search(r"database\.(read|glance|transact)$", ast.unparse(each.func))]
            found += [f"{path.relative_to(ROOT)}:{each.lineno}" for each in asked]
    assert not found


def test_names_say_something() -> None:
    vague = [path for path in modules() if VAGUE & set(path.stem.lower().split("_"))]
    vague += [path for path in files() if VAGUE & set(path.relative_to(ROOT).parts[:-1])]
    assert not named(vague)


def test_classes_are_no_managers() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Helper|Utils?)$", node.name)
    ]
    assert not found


def test_nothing_is_patched_in_tests() -> None:
    patched = re.compile(
        r"mock\." + r"patch|monkeypatch\." + r"setattr|from unittest" + r"\.mock|import unittest" + r"\.mock"
    )
    assert not named([path for path in modules() if patched.search(path.read_text())])


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    found = []
    for path in files():
        if path.suffix in {".mo", ".png", ".jpg", ".ico", ".woff2", ".gz", ".zip", ".db"} or path.name == "uv.lock":
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if any(re.search(pattern, line) for pattern in OUTSIDE):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found


def test_every_dependency_is_used() -> None:
    code = "\n".join(
        path.read_text() for path in modules() if path.relative_to(ROOT).parts[0] in (*PACKAGES, "tropa.py")
    )
    unused = [
        each.name
        for each in dependencies()
        if not re.search(
            EVIDENCE.get(each.name, rf"^\s*(import|from) {each.name.replace('-', '_')}\b"), code, re.MULTILINE
        )
    ]
    assert not unused


def test_every_import_is_a_dependency() -> None:
    owners = packages_distributions()
    known = {each.name.lower().replace("_", "-") for each in dependencies()} | {"pydantic", "starlette", "anyio"}
    strangers = set()
    for path in (path for path in modules() if path.relative_to(ROOT).parts[0] in (*PACKAGES, "tropa.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            for name in imported(node):
                distributions = {each.lower().replace("_", "-") for each in owners.get(name, [])}
                if (
                    name not in sys.stdlib_module_names
                    and name not in (*PACKAGES, "tropa", "bench")
                    and not distributions & known
                ):
                    strangers.add(f"{path.relative_to(ROOT)}: {name}")
    assert not strangers


def imported(node: ast.AST) -> list[str]:
    """The top-level names that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []


def test_no_page_hides_a_package() -> None:
    # `streamlit run ui/app.py` puts ui/ first on the path; a folder without __init__.py hides nothing.
    taken = set(packages_distributions()) | set(sys.stdlib_module_names) | set(PACKAGES) | {"tropa", "bench", "tests"}
    hiding = [*(ROOT / "ui").glob("*.py"), *(path.parent for path in (ROOT / "ui").glob("*/__init__.py"))]
    assert not [path.name for path in hiding if path.stem in taken]


def test_the_wheel_holds_every_package() -> None:
    kept = {path.relative_to(ROOT).parts[0] for path in modules() if len(path.relative_to(ROOT).parts) > 1}
    text = (ROOT / "pyproject.toml").read_text()
    (line,) = re.findall(r"^only-include = .*$", text, re.MULTILINE)
    assert all(f'"{name}"' in line for name in kept - {"tests", "bench", "examples", "docs"})


@pytest.mark.parametrize(("name", "least"), FLOORS.items())
def test_versions_are_above_known_faults(name: str, least: str) -> None:
    assert Version(version(name)) >= Version(least)


def test_what_is_installed_is_what_is_asked_for() -> None:
    wrong = [f"{each} but {version(each.name)}" for each in dependencies() if version(each.name) not in each.specifier]
    assert not wrong


def test_constraints_pin_every_dependency() -> None:
    pinned = re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert {each.name for each in dependencies()} <= set(pinned)
