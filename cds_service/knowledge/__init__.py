"""What the service knows: clinical files in ``content/`` and the loader that checks them.

The loader turns all files into one frozen, indexed ``Knowledge`` and one ``Terminology``, or
refuses with every problem named by file, path and reason.
"""
