"""How the service reads patients and writes orders.

Resources of R4, R4B, R5, STU3 (and DSTU2 where it costs nothing) become statements, measurements
and work-up events; a resource that cannot be read is skipped and named, never fatal. The only
importer of ``fhir.resources``, and only to check what is sent out.
"""
