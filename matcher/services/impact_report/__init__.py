"""The impact report: what was given and to how many, what was not met and why, and what the hours are worth, counted
from done visits each time it is read and never stored.
"""
