"""HTTP: discovery, services, explain, health, errors, CORS. Parse, call, answer."""
