"""The command line of Tropa: `tropa up` runs everything; the other verbs run one part or ask one question."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.settings import Settings

#: Verbs that other modules carry out: each has `add_arguments(parser)` and `command(settings, arguments) -> int`.
VERBS = {
    "doctor": ("engine.doctor", "look for what would go wrong on this machine"),
    "invariants": ("engine.invariants", "check that what the database holds adds up"),
    "key": ("engine.key_command", "make and revoke API keys"),
    "migrate": ("store.migrate", "bring the database to this version's tables"),
    "deploy": ("engine.deploy", "make Prefect's deployments, which its workers run"),
    "backup": ("engine.backup", "copy the database while it is in use"),
    "restore": ("engine.restore", "put a copy of the database in place"),
    "check": ("engine.journey_check", "list what is wrong with a journey document"),
    "diff": ("engine.journey_diff", "compare a journey document with the published one"),
    "import": ("engine.journey_import", "make a journey of a document"),
    "export": ("engine.journey_export", "write a journey as a document"),
    "bench": ("bench.command", "measure what the README claims about speed"),
}
PARTS = {"api": "the HTTP doors alone", "engine": "the engine alone", "ui": "the pages alone"}
SETTINGS = ("home", "database", "host", "api_port", "ui_port", "prefect_port")


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command: its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    given = parser(words[0] if words else "").parse_args(words)
    from pydantic import ValidationError  # noqa: PLC0415  (--help and --version answer without it)

    try:
        settings = _settings(given)
    except ValidationError as wrong:
        for error in wrong.errors():
            print(f"{'.'.join(map(str, error['loc'])) or 'settings'}: {error['msg']}", file=sys.stderr)
        return 2
    if given.verb == "up":
        from engine.supervise import up  # noqa: PLC0415

        return up(settings, ui=not given.no_ui)
    if given.verb in PARTS:
        _become(settings, given.verb)
    answer: int = importlib.import_module(VERBS[given.verb][0]).command(settings, given)
    return answer


def parser(chosen: str = "") -> argparse.ArgumentParser:
    """The grammar of the command line; of the rarer verbs, only the chosen one is loaded and absent ones hidden."""
    top = argparse.ArgumentParser(prog="tropa", description="Customer journeys in messengers.")
    top.add_argument("--version", action="version", version=_version())
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    up = verbs.add_parser("up", help="run everything on this machine", description="Run everything on this machine.")
    _add_settings(up)
    pretend = up.add_mutually_exclusive_group()
    pretend.add_argument("--sandbox", action="store_true", help="with a pretend world of messengers")
    pretend.add_argument("--demo", action="store_true", help="the sandbox, with example journeys and people who answer")
    up.add_argument("--no-ui", action="store_true", help="without the pages")
    up.add_argument("--no-prefect", action="store_true", help="without Prefect's server")
    for name, about in PARTS.items():
        _add_settings(verbs.add_parser(name, help=about))
    for name, (module, about) in VERBS.items():
        if _exists(module):
            verb = verbs.add_parser(name, help=about)
            _add_settings(verb)
            if name == chosen:
                importlib.import_module(module).add_arguments(verb)
    return top


def _add_settings(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--home", type=Path, help="folder of the installation (TROPA_HOME, default .tropa)")
    verb.add_argument("--database", metavar="URL", help="SQLite or PostgreSQL (TROPA_DATABASE, default: in the home)")
    verb.add_argument("--host", help="address to listen at (TROPA_HOST, default 127.0.0.1)")
    for what, port in (("API", 8000), ("UI", 8501), ("Prefect", 4200)):
        flag = f"--{what.lower()}-port"
        verb.add_argument(flag, type=int, metavar="PORT", help=f"port of {what} (default {port})")


def _settings(given: argparse.Namespace) -> Settings:
    """Settings with the flags on top of environment and files."""
    from engine.settings import Settings  # noqa: PLC0415

    flags: dict[str, Any] = {name: value for name in SETTINGS if (value := getattr(given, name)) is not None}
    flags |= {name: True for name in ("sandbox", "demo") if getattr(given, name, False)}
    if getattr(given, "no_prefect", False):
        flags["prefect"] = False
    return Settings(**flags)


def _become(settings: Settings, part: str) -> NoReturn:
    """Turn this process into one part, so that signals and its place in the process list are its own."""
    from engine import processes  # noqa: PLC0415

    child = {"api": processes.api, "engine": processes.engine, "ui": processes.pages}[part](settings)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.execve(child.command[0], child.command, {**os.environ, **child.environment})


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415

    return f"tropa {version('tropa')}"


if __name__ == "__main__":
    sys.exit(main())
