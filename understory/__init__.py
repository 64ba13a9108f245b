"""The floor that features stand on: one concern a file, no routes, no feature names."""
