"""The words of sentences."""
