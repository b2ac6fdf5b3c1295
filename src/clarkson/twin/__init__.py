"""The twin: one person's body and barrier, fitted to what was measured, carried forward, and asked "what if"."""
