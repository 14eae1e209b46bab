from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from apps.jobs.pipelines import broken_modules, import_pipelines
from config.loaded import await_edits


class JobsConfig(AppConfig):
    name = "apps.jobs"

    def ready(self) -> None:
        folders = [import_pipelines(package) for package in settings.PIPELINES]
        if broken_modules():
            for folder in folders:
                await_edits(folder)
        import_module("apps.jobs.engine.tasks")  # the web process sends them
