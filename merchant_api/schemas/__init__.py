"""The bodies of requests and responses. Nothing in a response depends on more than the request and its yes or no."""
