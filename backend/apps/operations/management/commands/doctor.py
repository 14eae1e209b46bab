from apps.operations.doctor import celery, servers, websocket
from apps.operations.doctor.command import CheckCommand


class Command(CheckCommand):
    help = "Says what is wrong with the stack, seen from inside, and what to do. Exits with 1 after an error."
    checks = servers.CHECKS | celery.CHECKS | websocket.CHECKS
