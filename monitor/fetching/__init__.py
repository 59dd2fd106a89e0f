"""Fetching: polite, guarded, bounded GETs of feeds, and when to poll each one again (polling.md §1-§3)."""
