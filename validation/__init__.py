"""Published experiments, repeated on the simulated body: which results fall inside of what was measured."""
