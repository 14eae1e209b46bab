"""What Django's signals tell of jobs."""

from django.dispatch import Signal

# Sent inside of the transaction in which a job ends, with job_id, owner_id, kind and status. What a receiver saves is
# saved together with that, or not at all. It has to be quick; what it raises is logged, and undoes only its own work.
job_ended = Signal()
