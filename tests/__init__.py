"""The tests: each folder mirrors one of the packages, and `support` holds what they share."""
