"""What can be asked for. Pipelines define it with what stands here; the engine runs it."""

from apps.jobs.pipelines.definition import Json as Json
from apps.jobs.pipelines.definition import Options as Options
from apps.jobs.pipelines.definition import Pipeline as Pipeline
from apps.jobs.pipelines.definition import Plan as Plan
from apps.jobs.pipelines.definition import Planned as Planned
from apps.jobs.pipelines.definition import Run as Run
from apps.jobs.pipelines.definition import Stage as Stage
from apps.jobs.pipelines.definition import StageFunction as StageFunction
from apps.jobs.pipelines.function import BadSignature as BadSignature
from apps.jobs.pipelines.function import current_run as current_run
from apps.jobs.pipelines.function import pipeline as pipeline
from apps.jobs.pipelines.registry import BrokenModule as BrokenModule
from apps.jobs.pipelines.registry import all_pipelines as all_pipelines
from apps.jobs.pipelines.registry import broken_modules as broken_modules
from apps.jobs.pipelines.registry import find_pipeline as find_pipeline
from apps.jobs.pipelines.registry import import_pipelines as import_pipelines
from apps.jobs.pipelines.registry import pipelines_by_place as pipelines_by_place
from apps.jobs.pipelines.registry import register as register
from apps.jobs.pipelines.signals import job_ended as job_ended
