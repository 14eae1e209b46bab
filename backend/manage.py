#!/usr/bin/env python
"""Django's command line: `python manage.py migrate`, `runserver`, `check_celery`, …

In a checkout it has the native stack's environment: .env, and SQLite and Redis where that names none.
"""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


def main() -> None:
    if SCRIPTS.is_dir():  # no image has it
        sys.path.append(str(SCRIPTS))
        from native.environment import given_environment, native_environment

        os.environ |= native_environment(given_environment())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
