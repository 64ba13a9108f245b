"""What the site does, one folder a feature."""
