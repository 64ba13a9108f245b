"""Measures the site beside nginx and Isso on the same machine in the same run: `python -m bench [PART ...]`."""
