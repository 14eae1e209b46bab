"""`python -m config.celery_command worker|beat …` is `celery -A config worker|beat …` without Celery's other commands.

Those bring Flower and prompt_toolkit into each worker: of 2.1 s of processor time and 73 MB, `import celery.bin.worker`
alone takes 0.65 s and 37 MB.
"""

import sys
from importlib import import_module

from celery import maybe_patch_concurrency


def main() -> None:
    maybe_patch_concurrency()  # gevent's, before anything else is imported
    from celery.bin.base import CLIContext

    from config.celery import app

    name, arguments = sys.argv[1], sys.argv[2:]
    command = getattr(import_module(f"celery.bin.{name}"), name)
    command.main(
        arguments,
        prog_name=f"celery -A config {name}",
        auto_envvar_prefix=f"CELERY_{name.upper()}",
        obj=CLIContext(app=app, no_color=None, workdir=None),
    )


if __name__ == "__main__":
    main()
