"""The files of deploy/ name what exists, bind where they say, and run as nobody of importance."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.metrics import COUNTS, TIMES
from engine.settings import PREFIX, Settings
from tropa import PARTS, VERBS, parser

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
VERB = {*PARTS, *VERBS, "up"}


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def is_setting(name: str) -> bool:
    return not name.startswith(PREFIX) or name.removeprefix(PREFIX).lower() in Settings.model_fields


def test_every_container_of_ours_is_locked_in_and_says_a_verb() -> None:
    services = compose()["services"]
    assert set(services) == {"postgres", "prefect", "migrate", "api", "engine", "ui"}
    for name, service in services.items():
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), f"{name} publishes {port} to everybody"
        if service["image"] != "tropa":
            continue
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert all(is_setting(each) for each in service["environment"]), name
        if name != "prefect":
            assert parser().parse_args(service["command"]).verb in VERB
    # The pages know where the API is and the key that it wrote, nothing else of the home.
    assert services["ui"]["volumes"] == ["home:/var/lib/tropa:ro"]
    assert services["engine"]["stop_grace_period"] == "15s"
    waits = services["api"]["depends_on"]["migrate"]["condition"]
    assert waits == "service_completed_successfully"


def test_the_image_copies_what_exists_and_runs_as_nobody() -> None:
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    copied = [
        word for each in lines if each.startswith("COPY ") and "--from" not in each for word in each.split()[1:-1]
    ]
    assert copied
    assert not [name for name in copied if not (ROOT / name).exists()]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench", "ui"} | {"ui"}
    assert packages <= set(copied)
    users = [each.split()[1] for each in lines if each.startswith("USER ")]
    assert users[-1].isdigit()
    assert int(users[-1]) > 0


def unit(path: Path) -> configparser.ConfigParser:
    # systemd takes a key more than once; the last one is enough to look at here.
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(path.read_text())
    return read


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_an_existing_verb_without_privileges(path: Path) -> None:
    service = unit(path)["Service"]
    words = service["ExecStart"].split()
    if words[0].endswith("/tropa"):
        verbs = [word for word in words[1:2] if word in VERB]
        assert verbs == words[1:2]
        parser(words[1]).parse_args(words[1:])
    assert service["User"] == "tropa"
    assert service["NoNewPrivileges"] == "true"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    for name in re.findall(r"\b(TROPA_\w+)=", path.read_text()):
        assert is_setting(name)


def test_the_target_starts_units_that_are_there() -> None:
    wanted = unit(DEPLOY / "systemd" / "tropa.target")["Unit"]["Wants"].split()
    names = {path.name for path in (DEPLOY / "systemd").iterdir()}
    assert {re.sub(r"@\w+\.", "@.", name) for name in wanted} <= names


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    tropa = Path(sys.executable).parent
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text().replace("/opt/tropa/.venv/bin", str(tropa))
        (tmp_path / path.name).write_text(text)
    units = [str(each) for each in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "tropa" in line and "not-found" not in line]
    assert not ours, done.stderr


def test_the_manual_names_every_unit_metric_and_ailment() -> None:
    manual = (ROOT / "docs" / "operating.md").read_text()
    for name in (*COUNTS, *TIMES):
        assert f"tropa_{name}" in manual
    for path in (*UNITS, DEPLOY / "compose.yaml", DEPLOY / "Containerfile"):
        assert path.name in manual
