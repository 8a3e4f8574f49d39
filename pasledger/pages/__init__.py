"""What every page of ours is made of, whoever it is for: a template, strict headers, and a line in the log for each."""
