"""Parsing: from bytes to entries of plain text with an identity and a date (polling.md §3, §4). Pure."""
