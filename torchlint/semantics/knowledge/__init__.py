"""Facts about the torch API, as data."""
