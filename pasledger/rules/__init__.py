"""What the municipality decided: who may spend what, where and until when, and how each event is posted."""
