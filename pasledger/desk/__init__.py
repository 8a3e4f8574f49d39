"""The desk: small pages for the counter of the town hall, in a process of their own that the public cannot reach."""
