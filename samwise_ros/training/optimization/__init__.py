"""Updates of the trained weights."""
