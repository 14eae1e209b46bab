"""Pipelines that misbehave on demand. Tests copy this folder into the `pipelines` of a copy of the backend."""

from apps.jobs.pipelines import Options, Pipeline, Stage, register

from .crowd import plan_parts


class ProbeOptions(Options):
    do: str


for _queue in ("ingestion_io", "charts_cpu", "ai", "default"):
    register(
        Pipeline(
            kind=f"probe_{_queue}",
            title="Probe",
            description="Misbehaves as told",
            options=ProbeOptions,
            stages=(Stage(name="probe", queue=_queue, run="pipelines.probe.work.misbehave"),),
        )
    )


class CrowdOptions(Options):
    parts: int = 3
    seconds: float = 1.0  # that each step takes
    hog: bool = False  # whether the first part takes all the memory there is


register(
    Pipeline(
        kind="crowd",
        title="Crowd",
        description="Passes through every queue, and can be counted afterwards",
        options=CrowdOptions,
        stages=(
            Stage(name="ingest", queue="ingestion_io", run="pipelines.probe.crowd.ingest"),
            Stage(name="part", queue="charts_cpu", run="pipelines.probe.crowd.draw", plan=plan_parts),
            Stage(name="sum", queue="ai", run="pipelines.probe.crowd.add"),
            Stage(name="close", queue="default", run="pipelines.probe.crowd.close"),
        ),
    )
)
