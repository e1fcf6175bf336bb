"""Facts in words and tables of words: no drawing, no file."""
