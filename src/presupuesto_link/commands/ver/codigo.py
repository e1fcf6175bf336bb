"""`codigo`: everything that is known of a code of the plan or of the spending."""
def codigo() -> None:
    """x"""
