"""What a command answers, on a terminal."""
