"""Pages for the holder of a card, at home or on a telephone: no name, no sign-in, nothing that is kept there."""
