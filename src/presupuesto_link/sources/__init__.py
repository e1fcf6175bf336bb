"""Bytes to raw tables, labels and values untouched."""
