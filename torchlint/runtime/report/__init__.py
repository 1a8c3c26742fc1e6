"""Reports that people look at: the log of a run, the page that shows it, and the record of experiments.

Nothing here needs torch: a report is often looked at on another machine than the one that trained.
"""
