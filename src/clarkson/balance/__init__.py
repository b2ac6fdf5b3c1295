"""The balance: baseline, V and D."""
