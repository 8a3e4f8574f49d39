"""The double-entry core: money, accounts, entries and the books they add up to. It knows no card or scheme rule."""
