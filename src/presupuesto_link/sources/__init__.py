"""Stage 1: bytes to raw tables, labels and values untouched."""
