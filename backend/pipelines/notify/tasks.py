"""Has sent what is due: after a job's end, and by beat, in case that was forgotten, and for what is tried again."""

from celery import shared_task
from django.utils import timezone

from pipelines.notify.models import Delivery


@shared_task(name="notify.send_due", queue="ingestion_io", ignore_result=True)
def send_due() -> None:
    """Send a batch of what is due, and come again while there is more."""
    from pipelines.notify.sending import send_now  # brings httpcore

    send_now(Delivery.objects.filter(due_at__lte=timezone.now()))
    if Delivery.objects.filter(due_at__lte=timezone.now(), subscription__disabled_at=None).exists():
        send_due.delay()
