"""Many records: find the leaks that nobody named."""
