"""Runs every test suite of the project and sums them up. Entry: scripts/test."""
