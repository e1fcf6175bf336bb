"""Questions asked of a finished analysis."""
