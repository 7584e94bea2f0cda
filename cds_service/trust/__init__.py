"""Who calls: the clients of this installation, their tokens and their keys."""
