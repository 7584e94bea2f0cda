"""Tests; each kind has its entry rule in the docstring of its folder or first module."""
