"""What the tests share: a small town and the requests that can be made in it."""
