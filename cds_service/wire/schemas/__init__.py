"""The shapes of everything that this service takes and sends, for the OpenAPI document and its tests.

Answers are written by hand-made code, for speed; these schemas describe them member by member, without
room for others, and every answer that the tests see is held against them.
"""
