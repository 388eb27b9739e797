"""A whole period laid out at once: `gritbin plan`.

`problem` is the question and the answer; `search.plan` is the way in. From there: `market` (who could go where, as
numbers), `loads` (what the volunteers' days cannot hold, told beforehand), `choice` (the best pairs under those
rules), `clashes` and `timetable` (each day to the minute), `diary` (the visits so far), `reasons` and `changes` (why,
and what would change it), `explain` (the same for one id, confirmed by planning again).
"""
