"""The history: attacks and treatments over years, and whether a treatment keeps attacks away."""
