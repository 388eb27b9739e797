"""The second edge: Celery tasks that take an id, read again, check, act. Run twice is run once."""
