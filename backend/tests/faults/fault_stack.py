"""The development stack in Docker with the crowd's pipeline, short time limits and a small volume for files."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.queues import TABLE
from testing.compose import Project, free_ports, project
from testing.waiting import wait_until
from tests import rehearsing
from tests.faults.crowd import STAGE_OF, WITHIN, Crowd, Losses
from tests.site import Site

WORKERS = {row.name: "worker-" + row.name.replace("_", "-") for row in TABLE}
LIMITS = {
    # still far above what a step takes: a busy machine may take ten times as long
    **{f"{row.name.upper()}_TIME_LIMIT": "60" for row in TABLE},
    **{f"{row.name.upper()}_SOFT_TIME_LIMIT": "50" for row in TABLE},
    "AI_TIME_LIMIT": "300",  # one outlasts an outage there
    "AI_SOFT_TIME_LIMIT": "290",
    # steps of the crowd sleep, so a worker may have more of them than the machine has cores
    "INGESTION_IO_CONCURRENCY": "8",
    "CHARTS_CPU_CONCURRENCY": "8",
    "AI_CONCURRENCY": "4",
    "DEFAULT_CONCURRENCY": "4",
}
MEMORY = "1g"  # of the worker of the charts

OVERRIDE = f"""
x-traced: &traced
  environment: {{ CROWD_TRACE: /crowd/trace, CROWD_HOLD: }}
  volumes: ["./crowd:/crowd"]
services:
  worker-ingestion-io: *traced
  worker-charts-cpu: {{ <<: *traced, mem_limit: {MEMORY}, memswap_limit: {MEMORY} }}
  worker-ai: *traced
  worker-default: *traced
volumes:
  data:
    driver: local
    driver_opts: {{ type: tmpfs, device: tmpfs, o: "size=64m,uid=1000" }}
"""


class FaultStack:
    """A stack that is up, and the ways to hurt it. Services are named as in Compose."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.site = Site(f"http://localhost:{project.variables['WEB_PORT']}")
        self.folder = project.folder / "crowd"
        self.trace = self.folder / "trace"

    def crowd(self, jobs: int = 20, **options: object) -> Crowd:
        """Submit jobs, and return them once some are in the middle of their parts."""
        crowd = Crowd(self.site, shell=self.shell, trace=self.trace)
        crowd.submit(jobs, **options)
        crowd.wait_until_begun("part", steps=3)
        return crowd

    def end_well(self, crowd: Crowd, what: str) -> None:
        """Wait for the crowd, and check that each of its jobs is as it should be."""
        print(f"\n{what}: all jobs ended {crowd.wait():.1f} s later")
        losses = crowd.count()
        assert losses == Losses(), losses

    def shell(self, code: str) -> str:
        return self.project.execute("web", "python", "manage.py", "shell", "-v", "0", "-c", code)

    def container(self, service: str) -> str:
        return self.project.compose("ps", "--all", "--quiet", service).split()[0]

    def kill(self, service: str) -> None:
        docker("kill", self.container(service))

    def start(self, service: str) -> None:
        docker("start", self.container(service))

    def restart(self, service: str) -> None:
        docker("restart", self.container(service))

    def kill_process_of_a_running_step(self, crowd: Crowd, queue: str) -> None:
        """Kill the process of a step of this queue in the middle of its work, and wait until the step runs again."""
        stage, worker = STAGE_OF[queue], self.container(WORKERS[queue])
        while True:
            crowd.wait_until_begun(stage)
            for run in crowd.running(stage)[-1:]:
                docker("exec", worker, "sh", "-c", f"kill -9 {run.pid} || true")
                if crowd.after(run).attempt > run.attempt:  # else the kill came too late
                    return

    def run_another(self, service: str, name: str, **variables: str) -> str:
        """Start one more container of a service and return its name. Whoever calls removes it."""
        words = [word for pair in variables.items() for word in ("-e", "=".join(pair))]
        name = f"{self.project.name}-{name}"
        self.project.compose("run", "--detach", "--no-deps", "--name", name, *words, service)
        return name

    def exit_codes(self, services: list[str]) -> dict[str, int]:
        form = "{{.State.ExitCode}}"
        return {name: int(docker("inspect", "--format", form, self.container(name))) for name in services}

    def taken_for_dead(self) -> int:
        """Return how often somebody has taken a worker for dead, by the logs."""
        return sum(self.project.log(service).count("has been silent since") for service in (*WORKERS.values(), "web"))

    def times_until_consuming(self) -> dict[str, float]:
        """Wait until each worker has asked Redis for messages. Returns how many seconds that took, by service."""
        addresses = {name: self._address(name) for name in WORKERS.values()}
        redis, begun, times = self.container("redis"), time.monotonic(), dict[str, float]()

        def all_ask() -> bool:
            clients = docker_output("exec", redis, "redis-cli", "CLIENT", "LIST").splitlines()
            asking = [client for client in clients if " cmd=brpop " in client]
            for name, address in addresses.items():
                if name not in times and any(f"addr={address}:" in client for client in asking):
                    times[name] = time.monotonic() - begun
            return len(times) == len(addresses)

        wait_until(all_ask, what="every worker to consume", seconds=WITHIN)
        return times

    def _address(self, service: str) -> str:
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        return docker("inspect", "--format", form, self.container(service)).strip()


@contextmanager
def fault_stack(folder: Path) -> Iterator[FaultStack]:
    variables = free_ports("WEB_PORT", "FRONTEND_PORT", "FLOWER_PORT") | LIMITS
    with project(
        name="test-faults", file="docker-compose.yml", override=OVERRIDE, folder=folder, variables=variables
    ) as stack:
        shutil.copytree(Path(__file__).with_name("probe"), folder / "backend" / "pipelines" / "probe")
        rehearsing.put_into(folder)
        faults = FaultStack(stack)
        share(faults.folder, faults.trace)
        stack.compose("build", "migrate")
        stack.up("web", "beat", *WORKERS.values())
        yield faults


def share(folder: Path, file: Path) -> None:
    """Make a file that the workers' user may write to, whoever that is on this machine."""
    folder.mkdir()
    folder.chmod(0o777)
    file.touch()
    file.chmod(0o666)


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stdout}"
    return done.stdout


def docker_output(*arguments: str) -> str:
    """Return what a command wrote, whether it succeeded or not."""
    return subprocess.run(["docker", *arguments], stdout=subprocess.PIPE, text=True).stdout
