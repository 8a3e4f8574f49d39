"""The service that shops, clubs and schools are paid through: HTTP in, one request of the library, HTTP out."""

API_VERSION = "0.6.0"
"""The version of the API, by semantic versioning; its major number is in the path."""
