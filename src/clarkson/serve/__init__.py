"""The page and the REST service, on loopback."""
