"""What training code means. Knows no rule; see docs/architecture.md for the map of this room."""
