"""Programs for those who build the service; nothing in here is part of it."""
