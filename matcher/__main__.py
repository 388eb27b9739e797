"""`python -m matcher` is `gritbin`."""

from matcher.cli import main

main()
