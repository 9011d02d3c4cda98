"""Assay says what a change to a code base does, under which condition, and whether it may ship."""

__version__ = "0.1.0"
