"""Settings: where they come from, what is refused, and that the manual knows all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from engine.settings import Settings, manual

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_manual_is_up_to_date() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == manual(), "run python -m engine.settings > docs/settings.md"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert f"| `{name}` | `TROPA_{name.upper()}` |" in manual()
    assert description in manual()


def test_what_follows_from_the_home_and_the_ports(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, api_port=9000, prefect_port=9001)
    assert settings.database == f"sqlite:///{tmp_path}/tropa.db"
    assert (settings.api_url, settings.public_url) == ("http://127.0.0.1:9000", "http://127.0.0.1:9000")
    assert settings.prefect_api_url == "http://127.0.0.1:9001/api"
    assert settings.prefect_is_ours


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_other_machines_are_let_in_only_on_purpose(host: str) -> None:
    with pytest.raises(ValidationError, match="allow_remote"):
        Settings(host=host)
    assert Settings(host=host, allow_remote=True).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_needs_no_permission(host: str) -> None:
    assert Settings(host=host).host == host


def test_everything_listens_is_reached_by_loopback() -> None:
    assert Settings(host="0.0.0.0", allow_remote=True).api_url == "http://127.0.0.1:8000"
    assert Settings(host="::1").api_url == "http://[::1]:8000"


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, bootstrap_key=SecretStr("a-very-secret-key"))
    assert "a-very-secret-key" not in repr(settings) + str(settings)
    assert settings.environment()["TROPA_BOOTSTRAP_KEY"] == "a-very-secret-key"


SHOW = "from engine.settings import Settings; print(Settings().model_dump_json())"


def read(folder: Path, **environment: str) -> Settings:
    """The settings that a process in `folder` with this environment has."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROPA_")}
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return Settings.model_validate_json(done.stdout)


def test_environment_comes_before_the_home_s_file_and_that_before_the_folder_s(tmp_path: Path) -> None:
    (tmp_path / "tropa.toml").write_text("api_port = 1001\nui_port = 1002\nprefect_port = 1003\nhome = 'mine'\n")
    home = tmp_path / "other"
    home.mkdir()
    (home / "tropa.toml").write_text("ui_port = 2002\nprefect_port = 2003\n")
    settings = read(tmp_path, TROPA_HOME="other", TROPA_PREFECT_PORT="3003")
    assert settings.home == home
    assert (settings.api_port, settings.ui_port, settings.prefect_port) == (1001, 2002, 3003)


def test_a_child_reads_what_its_parent_had(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "a home", sandbox=True, prefect=False, shift_seconds=1.5, log_level="ERROR")
    assert read(tmp_path, **settings.environment()) == settings


def test_a_typing_mistake_in_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "tropa.toml").write_text("api_prot = 1001\n")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        read(tmp_path)
    assert "api_prot" in refused.value.stderr
