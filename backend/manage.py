#!/usr/bin/env python
"""Django's command line: `python manage.py migrate`, `runserver`, `check_celery`, …

In a checkout it works beside the stack that runs on this machine, or else on its data: SQLite, unless .env says more.
"""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


def main() -> None:
    if SCRIPTS.is_dir():  # no image has it
        sys.path.append(str(SCRIPTS))
        from native.environment import environment_beside

        os.environ |= environment_beside()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
