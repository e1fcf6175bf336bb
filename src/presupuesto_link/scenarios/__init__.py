"""Reallocation scenarios."""
