"""Precision of the rules on public code, with every judged finding as data."""
