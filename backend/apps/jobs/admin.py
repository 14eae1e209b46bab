"""Jobs, steps and workers in the admin: to look at, to cancel and to retry. Nothing is edited past the engine."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.jobs import services
from apps.jobs.models import Job, Stage, Step, Worker


class WrittenByEngine:
    """Rows that nobody adds, changes or deletes here."""

    def has_add_permission(self, *_: Any, **__: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any, **__: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any, **__: Any) -> bool:
        return False


class ReadOnly(WrittenByEngine, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in its stubs alone
    show_full_result_count = False  # no counting of a million rows beside the page's own


class StagesOfJob(WrittenByEngine, admin.TabularInline):  # type: ignore[type-arg]
    model = Stage
    fields = ("name", "queue", "total", "completed", "failed", "cancelled")
    extra = 0


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ("id", "kind", "status", "owner", "stage", "error_code", "created_at", "finished_at")
    list_filter = ("status", "kind", "error_code", "priority")
    list_select_related = ("owner",)
    search_fields = ("id__exact", "owner__username", "source_name")
    inlines = (StagesOfJob,)
    actions = ("cancel", "retry")

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Tell whether somebody may cancel and retry; no field can be changed."""
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def get_readonly_fields(self, *_: Any, **__: Any) -> list[str]:
        return [field.name for field in Job._meta.fields]

    @admin.action(description="Cancel the selected jobs", permissions=["change"])
    def cancel(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        self._change(request, jobs, services.cancel_job, "cancelled")

    @admin.action(description="Retry the selected jobs", permissions=["change"])
    def retry(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        self._change(request, jobs, services.retry_job, "queued again")

    def _change(self, request: HttpRequest, jobs: QuerySet[Job], change: Callable[[UUID], None], done: str) -> None:
        changed, refused = services.change_each(jobs.values_list("pk", flat=True), change)
        self.message_user(request, f"{changed} {done}")
        for reason, count in refused.items():
            self.message_user(request, f"{count} left as they are: {reason}", messages.WARNING)


@admin.register(Step)
class StepAdmin(ReadOnly):
    list_display = ("id", "label", "job", "queue", "status", "attempt", "losses", "retries", "worker", "error_code")
    list_filter = ("status", "queue", "error_code")
    list_select_related = ("job",)
    search_fields = ("job__id__exact", "task_id", "label")


@admin.register(Worker)
class WorkerAdmin(ReadOnly):
    list_display = ("name", "seen_at", "missed", "started_at", "queues")
