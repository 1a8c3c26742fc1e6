"""The guard: watches a running training and tells where it silently goes wrong. Needs torch; never imports libcst."""
