"""Verbs and reads. Each takes a session and `now`; none commits; none knows the web or the queue."""
