from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from apps.jobs.pipelines import broken_modules, import_pipelines
from config.loaded import await_edits


class JobsConfig(AppConfig):
    name = "apps.jobs"

    def ready(self) -> None:
        import_pipelines(settings.PIPELINES_DIR)
        if broken_modules():
            await_edits(settings.PIPELINES_DIR)
        import_module("apps.jobs.engine.tasks")  # the web process sends them
