"""Prometheus metrics, read from the database when asked."""

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.jobs.models import Job
from apps.operations.figures import queue_states


class StackCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        states = queue_states()
        for name, text in (
            ("waiting", "Steps whose turn is to come"),
            ("processing", "Steps that are running"),
            ("workers", "Workers that are alive"),
        ):
            gauge = GaugeMetricFamily(f"queue_{name}", text, labels=["queue"])
            for state in states:
                gauge.add_metric([state.name], getattr(state, name))
            yield gauge
        jobs = GaugeMetricFamily("jobs", "Jobs by pipeline and status", labels=["kind", "status"])
        for row in Job.objects.order_by().values("kind", "status").annotate(count=Count("id")):
            jobs.add_metric([row["kind"], row["status"]], row["count"])
        yield jobs


registry = CollectorRegistry()
registry.register(StackCollector())


def metrics_text() -> bytes:
    return generate_latest(registry)
