"""A management command that runs checks: `doctor`, `check_celery`, `check_websocket`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.operations.doctor.findings import Check, as_json, as_text, run


class CheckCommand(BaseCommand):
    requires_system_checks = ()
    checks: dict[str, Check]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(run(self.checks))
        self.stdout.write(as_json(found) if options["json"] else as_text(found))
        if any(finding.level == "error" for finding in found):
            sys.exit(1)
