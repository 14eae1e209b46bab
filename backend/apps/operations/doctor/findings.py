"""What a check finds, and how findings are shown."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and what to do about it unless it is well."""

    name: str
    level: Level
    text: str
    remedy: str = ""


Check = Callable[[], Iterable[Finding]]


def ok(name: str, text: str) -> Finding:
    return Finding(name, "ok", text)


def warning(name: str, text: str, remedy: str) -> Finding:
    return Finding(name, "warning", text, remedy)


def error(name: str, text: str, remedy: str) -> Finding:
    return Finding(name, "error", text, remedy)


def run(checks: dict[str, Check]) -> Iterator[Finding]:
    """Run the checks. One that fails itself is a finding: the rest is looked at all the same."""
    for name, check in checks.items():
        try:
            yield from check()
        except Exception as problem:
            text = f"could not be looked at: {type(problem).__name__}: {str(problem).strip()}"
            yield error(name, text, "See the lines above: what this one needs is away.")


def as_text(findings: Iterable[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{finding.level:<8} {finding.name}: {finding.text}")
        if finding.remedy:
            lines.append(f"{'':<8} -> {finding.remedy}")
    return "\n".join(lines)


def as_json(findings: Iterable[Finding]) -> str:
    return json.dumps([asdict(finding) for finding in findings], indent=2)
