"""What an installation may choose: read from the environment (`TROPA_…`), then `tropa.toml`, then the defaults."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PREFIX = "TROPA_"
FILE = "tropa.toml"
DEFAULT_HOME = ".tropa"


def _address(data: Mapping[str, Any], port: str) -> str:
    """The address at which this machine itself reaches one of its ports."""
    host = str(data["host"])
    own = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    return f"http://{f'[{own}]' if ':' in own else own}:{data[port]}"


class Settings(BaseSettings):
    """Every choice of an installation; `docs/settings.md` is made of the descriptions.

    Sources, strongest first: arguments, environment variables `TROPA_<NAME>`, `tropa.toml` in the home, `tropa.toml` in
    the working directory. An unknown name in a file is an error (pydantic.ValidationError), so a typing mistake shows.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    home: Path = Field(
        default=Path(DEFAULT_HOME),
        description="Folder of everything an installation keeps: database, keys, media, logs, Prefect's files.",
        validate_default=True,
    )
    database: str = Field(
        default_factory=lambda data: f"sqlite:///{data['home']}/tropa.db",
        description="Database URL: SQLite, or PostgreSQL as `postgresql+psycopg://…`.",
        json_schema_extra={"shown": "sqlite:///HOME/tropa.db"},
    )
    allow_remote: bool = Field(
        default=False, description="Lets `host` be an address that other machines reach; put TLS in front of it first."
    )
    host: str = Field(default="127.0.0.1", description="Address that the API and the UI listen at.")
    api_port: int = Field(default=8000, ge=1, le=65535, description="Port of the API.")
    ui_port: int = Field(default=8501, ge=1, le=65535, description="Port of the UI.")
    prefect_port: int = Field(default=4200, ge=1, le=65535, description="Port of Prefect's server, always on loopback.")
    api_url: str = Field(
        default_factory=lambda data: _address(data, "api_port"),
        description="Where the UI and the command line find the API.",
        json_schema_extra={"shown": "http://HOST:API_PORT"},
    )
    public_url: str = Field(
        default_factory=lambda data: data["api_url"],
        description="Where messengers and contacts find the API from outside: webhooks, links, unsubscribe.",
        json_schema_extra={"shown": "API_URL"},
    )
    prefect: bool = Field(default=True, description="Shows the engine's runs in Prefect; contacts move without it too.")
    prefect_api_url: str = Field(
        default_factory=lambda data: f"http://127.0.0.1:{data['prefect_port']}/api",
        description="Where the engine finds Prefect's server.",
        json_schema_extra={"shown": "http://127.0.0.1:PREFECT_PORT/api"},
    )
    sandbox: bool = Field(default=False, description="Talks to a pretend world of messengers instead of the real ones.")
    demo: bool = Field(default=False, description="The sandbox, with example journeys and people who answer.")
    sandbox_url: str = Field(default="", description="Where the pretend world listens; `tropa up` fills it in.")
    sandbox_key: SecretStr | None = Field(
        default=None, description="Key of the pretend world's controls; `tropa up` makes a new one at each start."
    )
    bootstrap_key: SecretStr | None = Field(
        default=None, description="An admin key that is set at start, for automation."
    )
    country: str = Field(
        default="",
        pattern="^([A-Za-z]{2})?$",
        description="Country of the business, two letters; also of contacts who do not tell.",
    )
    industry: str = Field(
        default="",
        pattern="^[a-z_]{0,40}$",
        description="What the business does, as the rules of `/v1/policies` call it: `bank`, `insurance`, `telecom`, …",
    )
    webhook_hosts: str = Field(
        default="",
        description="Systems that journeys may call, with commas between: hosts as `crm.example.org` (over https), or"
        " origins as `http://10.0.0.5:8080`, which may be in your own network. Empty: none.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least level of messages in the logs."
    )
    max_body_bytes: int = Field(
        default=16 * 1024 * 1024, ge=1024, description="Longest request body that the API reads, in bytes."
    )
    lease_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Seconds after which a sender that is silent counts as dead: longer than its timeouts together.",
    )
    shift_seconds: float = Field(
        default=300.0, gt=0, description="How long one shift of the engine lasts; each is one run in Prefect."
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @model_validator(mode="after")
    def _stays_on_this_machine(self) -> Self:
        if not self.allow_remote and not _is_loopback(self.host):
            raise ValueError(f"host {self.host} is reachable from elsewhere: set allow_remote = true if you mean it")
        return self

    @property
    def pretends(self) -> bool:
        """Whether messages go to the pretend world: `sandbox`, or `demo`, which includes it."""
        return self.sandbox or self.demo

    @property
    def prefect_is_ours(self) -> bool:
        """Whether Prefect's server is the one that `tropa up` starts, not one that runs elsewhere."""
        return self.prefect_api_url == f"http://127.0.0.1:{self.prefect_port}/api"

    def local_url(self, port: int) -> str:
        """The address at which this machine itself reaches a port of `host`."""
        return _address({"host": self.host, "port": port}, "port")

    def environment(self) -> dict[str, str]:
        """The same settings as environment variables, for processes that are started with them; holds secrets."""
        return {f"{PREFIX}{name.upper()}": _as_text(value) for name, value in self if value not in (None, "")}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, environment, then the files; no .env and no secrets folder."""
        home = Path(init_settings().get("home") or os.environ.get(f"{PREFIX}HOME") or DEFAULT_HOME).expanduser()
        files = TomlConfigSettingsSource(settings_cls, toml_file=[Path(FILE), home / FILE])
        return init_settings, env_settings, files


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)


def manual() -> str:
    """The text of docs/settings.md, made of the fields' descriptions."""
    rows = [_row(name) for name in Settings.model_fields]
    return "\n".join([_INTRODUCTION, "| setting | variable | default | what it is |", "|---|---|---|---|", *rows, ""])


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    extra = field.json_schema_extra
    default = field.default
    if isinstance(extra, dict) and "shown" in extra:
        default = extra["shown"]
    shown = f"`{_as_text(default)}`" if default not in (None, "") else ""
    return f"| `{name}` | `{PREFIX}{name.upper()}` | {shown} | {field.description} |"


_INTRODUCTION = """# Settings

Each setting is read from its environment variable, then from `tropa.toml` in the home, then from `tropa.toml` in the
working directory. Flags of `tropa up` come before all of them. This page is made by
`python -m engine.settings > docs/settings.md`.
"""

if __name__ == "__main__":
    print(manual(), end="")
