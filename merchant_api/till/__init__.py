"""The till page: for the volunteer behind the bar, on a phone, in a hurry. Made by the server, with one script."""
