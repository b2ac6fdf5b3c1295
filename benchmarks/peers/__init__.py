"""Other people's methods on the same tasks."""
