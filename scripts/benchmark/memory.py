"""The memory of each process of a stack: PSS, which shares what processes share between them."""

from collections.abc import Iterator

from testing.compose import Project

# Each service's own user: only it may read what its processes take. The shell that asks is left out.
OWNERS = {"postgres": "postgres", "redis": "redis"}
READ = """
for process in /proc/[0-9]*; do
  command=$(tr '\\0' ' ' < $process/cmdline 2>/dev/null)
  kilobytes=$(awk '/^Pss:/ {print $2}' $process/smaps_rollup 2>/dev/null)
  case "$command" in *smaps_rollup*) continue;; esac
  [ -n "$kilobytes" ] && [ "$kilobytes" -gt 0 ] && echo "$kilobytes $command"
done; true
"""


def memory_of(project: Project) -> Iterator[tuple[str, float]]:
    """Yield each process, named for its service and command, and its MiB."""
    for service in sorted(project.states()):
        owner = ("--user", OWNERS[service]) if service in OWNERS else ()
        listed = project.compose("exec", "-T", *owner, service, "sh", "-c", READ)
        for line in listed.splitlines():
            kilobytes, _, command = line.partition(" ")
            if kilobytes.isdigit():
                yield f"{service}: {command.strip()[:40]}", int(kilobytes) / 1024
