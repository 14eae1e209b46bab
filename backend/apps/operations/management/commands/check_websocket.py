from apps.operations.doctor.command import CheckCommand
from apps.operations.doctor.websocket import CHECKS


class Command(CheckCommand):
    help = "Says whether progress reaches a browser: channel layer, addresses, an event. Exits with 1 after an error."
    checks = CHECKS
