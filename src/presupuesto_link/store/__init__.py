"""What is kept: an extract loaded whole, sealed, read and compared."""
