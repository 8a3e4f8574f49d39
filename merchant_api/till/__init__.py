"""The till page: for the volunteer behind the bar, on a phone, in a hurry. Made on the server, with one small script."""
