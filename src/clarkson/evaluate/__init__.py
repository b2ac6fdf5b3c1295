"""The published numbers: real data in, tables out."""
