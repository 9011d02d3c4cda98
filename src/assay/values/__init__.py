"""The frozen values that the rooms pass on, and the protocols of the lab."""
