"""Healthy programs, one file per family."""
