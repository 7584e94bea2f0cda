"""FHIR search over resources in memory: what is understood, how values are compared, how pages are cut."""
