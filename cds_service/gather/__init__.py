"""Where the data come from: the prefetch of the request, the context of the hook, or a patient file."""
