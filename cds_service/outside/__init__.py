"""Where others are reached: addresses judged before anybody is spoken to, connections pinned to them.

Used for FHIR servers (`gather`) and for key sets of clients (`trust`), which must not know each other.
"""
