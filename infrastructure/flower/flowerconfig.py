"""Flower's options, however it is started. What isn't set here can be set by FLOWER_* variables."""

import os
from pathlib import Path

data = Path(os.environ.get("DATA_DIR") or Path(__file__).parents[2] / ".data")
data.mkdir(parents=True, exist_ok=True)

db = str(data / "flower")
persistent = True
state_save_interval = 60_000  # milliseconds; it is saved on SIGTERM too
max_tasks = 10_000  # about 5 kB of memory each
purge_offline_workers = 120  # seconds; a recreated container is a new worker

if password_file := os.environ.get("FLOWER_BASIC_AUTH_FILE"):
    basic_auth = Path(password_file).read_text(encoding="utf-8").split()
