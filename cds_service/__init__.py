"""Clinical decision support for adults whose legs hurt or burn when lying down.

A CDS Hooks request with a patient's FHIR data goes in; a few cards come out. The rooms of
this package, and who may import whom, are drawn in ``docs/explanation/architecture.md``.
"""
