"""The pipelines that there are. Each module in a package of pipelines registers its own when it is imported."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from django.core.exceptions import ImproperlyConfigured

from apps.jobs.pipelines.definition import Pipeline

log = logging.getLogger(__name__)

_pipelines: dict[str, Pipeline] = {}
_broken: dict[str, "BrokenModule"] = {}
_kinds: dict[Path, list[str]] = {}  # of each module: its file, or the folder of a package


@dataclass(frozen=True)
class BrokenModule:
    """A module of pipelines that can't be imported. `error` says where and why, in one line."""

    name: str
    error: str


def register(pipeline: Pipeline) -> Pipeline:
    """Make a pipeline known. Raises ValueError on a kind taken twice."""
    if pipeline.kind in _pipelines:
        raise ValueError(f"Two pipelines are called {pipeline.kind!r}. Rename one of them.")
    _pipelines[pipeline.kind] = pipeline
    return pipeline


def import_pipelines(package: str) -> Path:
    """Import every module of a package. One that can't be imported is logged and kept; the others go on without it.

    Returns the package's folder. Raises ImproperlyConfigured when there is no such package.
    """
    try:
        folder = Path(import_module(package).__path__[0])
    except ModuleNotFoundError as error:
        if not f"{package}.".startswith(f"{error.name}."):  # what the package itself imports is missing
            raise
        raise ImproperlyConfigured(f"PIPELINES names {package!r}, and there is no such package.") from None
    for module in iter_modules([str(folder)]):
        before = set(_pipelines)
        with _noting_errors(module.name, folder):
            import_module(f"{package}.{module.name}")
            place = folder / (module.name if module.ispkg else f"{module.name}.py")
            _kinds[place] = [kind for kind in _pipelines if kind not in before]
    return folder


@contextmanager
def _noting_errors(name: str, folder: Path) -> Iterator[None]:
    before = dict(_pipelines)
    try:
        yield
    except Exception as error:
        _pipelines.clear()
        _pipelines.update(before)  # without what it had registered before the error
        _broken[name] = BrokenModule(name, _in_one_line(error, folder))
        log.exception("The pipelines of %s.%s are left out: %s", folder.name, name, _broken[name].error)


def _in_one_line(error: Exception, folder: Path) -> str:
    if isinstance(error, SyntaxError):
        file, line, text = error.filename, error.lineno, error.msg
    else:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
        file, line, text = (*((own or frames)[-1][:2]), str(error))
    path = Path(file or "")
    place = path.relative_to(folder.parent) if path.is_relative_to(folder.parent) else path.name
    return f"{place}, line {line}: {type(error).__name__}: {text}"


def all_pipelines() -> list[Pipeline]:
    """Return every registered pipeline, by kind."""
    return [_pipelines[kind] for kind in sorted(_pipelines)]


def pipelines_by_place() -> dict[Path, list[Pipeline]]:
    """Return what each module registered, by its file, or by its folder if it is one."""
    return {place: [_pipelines[kind] for kind in kinds] for place, kinds in _kinds.items()}


def find_pipeline(kind: str) -> Pipeline | None:
    return _pipelines.get(kind)


def broken_modules() -> list[BrokenModule]:
    """Return the modules of pipelines that couldn't be imported, by name."""
    return [_broken[name] for name in sorted(_broken)]
