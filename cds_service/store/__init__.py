"""What is remembered between calls: cards issued, feedback, used tokens, the audit trail.

One database for all of it: SQLite beside the service, or PostgreSQL where there is more than one
machine. No name, identifier, date of birth or value of a patient is ever written, only pseudonyms.
"""
