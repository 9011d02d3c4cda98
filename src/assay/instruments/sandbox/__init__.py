"""Runs code of the target behind walls; the door is `door.open_sandbox`.

The launcher imports from this package in a bare interpreter, so nothing is imported here.
"""
