"""`tropa check JOURNEY`: what is wrong with a journey in a file, without a server, or with one of a running Tropa."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from engine.journey_client import Api, add_api_arguments, document_of, print_problems, told
from engine.settings import Settings
from journeys.check import check
from journeys.lint import lint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to check, and how severely."""
    parser.add_argument("journey", help="a file (YAML or JSON), or the id of a journey")
    parser.add_argument("--strict", action="store_true", help="fail on warnings too")
    add_api_arguments(parser)


def command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print what is wrong; 1 when it could not be published."""

    def run() -> int:
        document = document_of(arguments.journey, lambda: Api(settings, arguments))
        problems = [asdict(each) for each in (*check(document), *lint(document))]
        errors = print_problems(problems)
        print(f"{errors} errors, {len(problems) - errors} warnings")
        return 1 if errors or (arguments.strict and problems) else 0

    return told(run)
