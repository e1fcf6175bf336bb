"""Stage 6: execution-versus-result matrix, diagnosis and ranking."""
