"""Bugs, one file per kind; each overrides one method of a healthy program."""
