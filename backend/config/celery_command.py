"""`python -m config.celery_command worker|beat …` is `celery -A config worker|beat …` without Celery's other commands.

Those bring Flower and prompt_toolkit into each worker: of 2.1 s of processor time and 73 MB, `import celery.bin.worker`
alone takes 0.65 s and 37 MB.
"""

from celery import maybe_patch_concurrency


def main() -> None:
    maybe_patch_concurrency()  # gevent's, before anything else is imported
    import click
    from celery.bin.base import CLIContext
    from celery.bin.beat import beat
    from celery.bin.worker import worker

    from config.celery import app

    group = click.Group(commands={"beat": beat, "worker": worker})
    context = CLIContext(app=app, no_color=None, workdir=None)
    group.main(prog_name="python -m config.celery_command", auto_envvar_prefix="CELERY", obj=context)


if __name__ == "__main__":
    main()
