from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig
from django.conf import settings


class JobsConfig(AppConfig):
    name = "apps.jobs"

    def ready(self) -> None:
        for pipeline in iter_modules([str(settings.PIPELINES_DIR)]):
            import_module(f"{settings.PIPELINES_DIR.name}.{pipeline.name}")  # it registers itself
        import_module("apps.jobs.engine.tasks")  # the web process sends them
