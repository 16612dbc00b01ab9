"""Criteria by which a viewer judges whether a thing fits a description."""
