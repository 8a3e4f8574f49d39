"""Double-entry books for money that a municipality gives its residents for a purpose."""

__version__ = "0.1.0"
