"""The files of `gritbin plan`: `cells`, `sheets` read two spreadsheets, `files` writes the plan, `report` its page."""
