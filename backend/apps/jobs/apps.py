from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "apps.jobs"

    def ready(self) -> None:
        autodiscover_modules("pipeline")  # each pipeline registers itself
        import_module("apps.jobs.tasks")  # the web process sends them
