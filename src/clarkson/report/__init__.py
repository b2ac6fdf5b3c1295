"""The report: documents, pages and terminal text made from assessments."""
