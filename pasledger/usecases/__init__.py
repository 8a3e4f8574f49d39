"""The jobs: load, decide, record, in three paragraphs each, for a sequence of requests."""
