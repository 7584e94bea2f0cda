"""What prefetch lacks, read from the client's FHIR server with the token of the call (FHIR-01..14)."""
