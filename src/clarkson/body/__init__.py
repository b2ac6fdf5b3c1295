"""The equations of the body."""
