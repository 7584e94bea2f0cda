"""The pages of docs/knowledge and docs/source-attributes.md, one module for each kind."""
