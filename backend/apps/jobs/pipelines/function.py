"""A pipeline of one function: its options, their schema and the form come from its signature."""

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar, get_type_hints

from pydantic import PydanticSchemaGenerationError, create_model

from apps.jobs.failures import ErrorCode, TransientError
from apps.jobs.pipelines.definition import Options, Pipeline, Run, Stage
from apps.jobs.pipelines.registry import register

Function = TypeVar("Function", bound=Callable[..., Any])

# The run for which this thread or greenlet calls a function, also where the function takes none, as a Celery task.
current_run: ContextVar[Run | None] = ContextVar("current_run", default=None)


class BadSignature(TypeError):
    """A function can't be a pipeline as it is. The message names the parameter and what to do."""


def pipeline(
    *,
    queue: str | None = None,
    kind: str = "",
    title: str = "",
    description: str = "",
    accepts: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Offer a function, or a Celery task, as a pipeline. It stays what it was, and can be called as before.

    A parameter of type `Run` gets the run; each other one is an option of its type, with its default, checked by
    pydantic. What it returns is the job's result. `kind` is the function's name unless it is given, `description` the
    first line of its docstring; a task that says its queue needs no other. Raises BadSignature, UnknownQueue.
    """

    def offer(function: Function) -> Function:
        call = getattr(function, "run", function)  # a Celery task's own function
        name = kind or getattr(function, "__name__", "").rpartition(".")[2]
        served_by = queue or getattr(function, "queue_name", None)
        if not served_by:
            raise BadSignature(f"{name} needs a queue: @pipeline(queue=…).")
        options, run_parameters = _parameters(name, call)
        retried = tuple(getattr(function, "autoretry_for", ()))
        stage = Stage(name, served_by, partial(_call, call, options, run_parameters, retried))
        documented = inspect.getdoc(call) or ""
        register(
            Pipeline(
                kind=name,
                title=title or name.replace("_", " ").capitalize(),
                description=description or documented.partition("\n\n")[0].replace("\n", " "),
                stages=(stage,),
                accepts=accepts,
                options=options,
            )
        )
        return function

    return offer


def _parameters(name: str, call: Callable[..., Any]) -> tuple[type[Options], tuple[str, ...]]:
    """Return the options that a function takes, and the names of its parameters for the run. Raises BadSignature."""
    hints = get_type_hints(call, include_extras=True)
    fields: dict[str, Any] = {}
    run_parameters = []
    for parameter in inspect.signature(call).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise BadSignature(f"{name}: options need names, and {str(parameter)!r} has none. Name each of them.")
        hint = hints.get(parameter.name)
        if hint is None:
            raise BadSignature(f"{name}: {parameter.name!r} needs a type, such as {parameter.name}: str.")
        if hint is Run:
            run_parameters.append(parameter.name)
        else:
            fields[parameter.name] = (hint, ... if parameter.default is parameter.empty else parameter.default)
    try:
        options = create_model(f"{name}_options", __base__=Options, **fields)
        options.model_json_schema()
    except (NameError, TypeError, ValueError, PydanticSchemaGenerationError) as error:
        raise BadSignature(f"{name}: these can't be options: {error}") from None
    return options, tuple(run_parameters)


def _call(
    call: Callable[..., Any],
    options: type[Options],
    run_parameters: tuple[str, ...],
    retried: tuple[type[Exception], ...],
    run: Run,
) -> Any:
    """Run a function for a step: a StageFunction, once all but the last argument are given."""
    given = options.model_validate(run.options)
    arguments = {name: getattr(given, name) for name in options.model_fields} | dict.fromkeys(run_parameters, run)
    token = current_run.set(run)
    try:
        return call(**arguments)
    except retried as error:
        raise TransientError(ErrorCode.UPSTREAM_ERROR, str(error)) from error
    finally:
        current_run.reset(token)
