"""The heart of Gritbin: matching neighbours' offers to residents' needs, with no web server and no queue."""
