"""CDS Hooks JSON to values and back. The only room that knows camelCase."""
