"""What the command line asks for, as the objects the library takes."""
