"""What people may ask for. Refuses early, in a plain sentence."""

from apps.jobs.services.changes import cancel_job as cancel_job
from apps.jobs.services.changes import change_each as change_each
from apps.jobs.services.changes import delete_job as delete_job
from apps.jobs.services.changes import retry_job as retry_job
from apps.jobs.services.changes import run_step_again as run_step_again
from apps.jobs.services.refusals import Conflict as Conflict
from apps.jobs.services.refusals import InvalidRequest as InvalidRequest
from apps.jobs.services.refusals import QuotaExceeded as QuotaExceeded
from apps.jobs.services.refusals import TooManyJobs as TooManyJobs
from apps.jobs.services.submissions import Announced as Announced
from apps.jobs.services.submissions import runs_of_source as runs_of_source
from apps.jobs.services.submissions import submit_again as submit_again
from apps.jobs.services.submissions import submit_job as submit_job
from apps.jobs.services.uploads import PATIENCE as PATIENCE
from apps.jobs.services.uploads import Chunk as Chunk
from apps.jobs.services.uploads import chunk_bytes as chunk_bytes
from apps.jobs.services.uploads import expire_uploads as expire_uploads
from apps.jobs.services.uploads import forget_uploads as forget_uploads
from apps.jobs.services.uploads import look_at_upload as look_at_upload
from apps.jobs.services.uploads import receive_chunk as receive_chunk
from apps.jobs.services.uploads import start_uploaded as start_uploaded
