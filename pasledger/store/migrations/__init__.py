"""What changed in the tables, one file for each version of the books."""
