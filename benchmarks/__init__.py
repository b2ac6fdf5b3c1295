"""How long things take: one script, one question. ``make bench`` runs them all."""
