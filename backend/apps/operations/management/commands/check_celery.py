from apps.operations.doctor.celery import CHECKS
from apps.operations.doctor.command import CheckCommand


class Command(CheckCommand):
    help = "Says whether tasks run: broker, workers, pools, tasks, answers. Exits with 1 after an error."
    checks = CHECKS
