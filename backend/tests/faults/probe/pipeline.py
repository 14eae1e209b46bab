"""A pipeline that misbehaves on demand. Tests copy this folder into the `apps` of a copy of the backend."""

from apps.jobs.pipelines import Options, Pipeline, Stage, register


class ProbeOptions(Options):
    do: str


for _queue in ("ingestion_io", "charts_cpu", "ai", "default"):
    register(
        Pipeline(
            kind=f"probe_{_queue}",
            title="Probe",
            description="Misbehaves as told",
            options=ProbeOptions,
            stages=(Stage(name="probe", queue=_queue, run="apps.probe.work.misbehave"),),
        )
    )
