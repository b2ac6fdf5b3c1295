"""The diary: what a person writes down about themselves, in words, on top of the store."""
