"""Stage 4: execution, advance, traffic light and index."""
