"""What runs inside the target's interpreter: standard library only, Python 3.9 or newer, nothing of `assay`."""
