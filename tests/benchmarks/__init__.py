"""The generator of synthetic files."""
