"""The watch: which mechanism stands behind the results, and the assessment."""
