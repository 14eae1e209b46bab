"""The stack without Docker: how its processes are configured, started and ended. Entry: scripts/up --native."""
