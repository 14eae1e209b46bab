"""Measures the engine beside bare Celery. Entry: scripts/bench. `pipeline` is copied into a copy of the backend."""
