"""Tables for people and programs, made from records; nothing here asks a database."""
