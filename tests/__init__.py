"""The tests: one folder for each of the site's own, and walks, browser and house for what crosses them."""
