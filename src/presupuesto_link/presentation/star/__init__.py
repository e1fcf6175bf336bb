"""Linked spending as a star for other programs."""
