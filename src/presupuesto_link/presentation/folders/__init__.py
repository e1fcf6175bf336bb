"""Folders of results, whole or not at all."""
