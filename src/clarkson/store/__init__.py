"""The store: records that are kept, with every correction, on SQLite or PostgreSQL."""
