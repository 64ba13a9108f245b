"""Whole acts, told over HTTP from the first request to what is stored."""
