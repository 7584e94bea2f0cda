"""What the service knows how to think: pure values and functions.

Nothing in here touches a file, the network, the clock, the environment, Flask or a FHIR
library. Times come in as arguments; knowledge comes in as values.
"""
