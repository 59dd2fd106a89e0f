"""The tables: one schema for SQLite and PostgreSQL.

Ids are numbered by the database and never used twice. Texts that may be long are looked up by a digest.
A feed's headers, user name, password and proxy are not here: a database is copied, backed up and mailed
around, so secrets stay in the configuration and are joined when a feed is fetched.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from monitor.storage.columns import Duration, Instant, Json, Key, Words

SCHEMA = "0001"
"""Revision of the newest migration, which makes exactly these tables."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _only(name: str, *columns: Column[object], where: str) -> Index:
    """A partial index; a query must hold the very same condition to use it."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


feeds = Table(
    "feeds",
    metadata,
    Column("id", Key, primary_key=True),
    # The address as configured: the feed's name for ever. ``url`` follows permanent redirects (P11).
    Column("config_url", Words, nullable=False),
    Column("config_digest", LargeBinary(16), nullable=False),
    Column("url", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("spec_title", Words, nullable=False),
    Column("tags", Json, nullable=False),
    Column("every", Duration),
    Column("weight", Float, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("host", Words, nullable=False),
    Column("next_poll_at", Instant, nullable=False),
    Column("lease", Words, nullable=False),
    Column("lease_until", Instant),
    Column("title", Words, nullable=False),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("body_hash", Words, nullable=False),
    Column("same_body", Integer, nullable=False),
    Column("first_polled_at", Instant),
    Column("last_polled_at", Instant),
    Column("last_changed_at", Instant),
    Column("state", Words, nullable=False),
    Column("state_since", Instant),
    Column("told_state", Words, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Instant),
    Column("last_status", Integer, nullable=False),
    Column("last_error", Words, nullable=False),
    Column("redirect_url", Words, nullable=False),
    Column("redirect_count", Integer, nullable=False),
    Column("redirect_since", Instant),
    Column("old_urls", Json, nullable=False),
    Column("cadence", Duration),
    Column("hints", Words, nullable=False),
    UniqueConstraint("config_digest"),
    sqlite_autoincrement=True,
)
Index(None, feeds.c.next_poll_at)
_only("ix_feeds_moved", feeds.c.id, where="url <> config_url")
_only("ix_feeds_leased", feeds.c.host, where="lease_until IS NOT NULL")

host_holds = Table(
    "host_holds",
    metadata,
    Column("host", Words, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("reason", Words, nullable=False),
)

# The short columns come first: SQLite reads a row from its front and need not follow a long text's pages.
entries = Table(
    "entries",
    metadata,
    Column("id", Key, primary_key=True),
    Column("feed_id", BigInteger, ForeignKey("feeds.id"), nullable=False),
    Column("identity_digest", LargeBinary(16), nullable=False),
    Column("url_digest", LargeBinary(16)),
    Column("seen_at", Instant, nullable=False),
    Column("shown_at", Instant, nullable=False),
    Column("at", Instant, nullable=False),  # published, else seen
    Column("published", Instant),
    Column("updated", Instant),
    Column("version", Integer, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("matched", Boolean, nullable=False),  # its matches, fates and alerts are stored (rule 4)
    Column("content_hash", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("identity", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("tags", Json, nullable=False),
    Column("enclosures", Json, nullable=False),
    Column("summary", Words, nullable=False),
    Column("body", Words, nullable=False),
    UniqueConstraint("feed_id", "identity_digest"),
    sqlite_autoincrement=True,
)
Index(None, entries.c.feed_id, entries.c.url_digest)
Index(None, entries.c.feed_id, entries.c.at)
Index(None, entries.c.seen_at)
_only("ix_entries_held", entries.c.feed_id, where="held")

entry_versions = Table(
    "entry_versions",
    metadata,
    Column("entry_id", BigInteger, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("replaced_at", Instant, nullable=False),
    Column("entry", Json, nullable=False),
)

matches = Table(
    "matches",
    metadata,
    Column("entry_id", BigInteger, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("watchlist", Words, primary_key=True),
    Column("watch", Words, primary_key=True),
    Column("position", Integer, nullable=False),  # order in which the engine named them
    Column("kind", Words, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("score", Float),
    Column("spans", Json, nullable=False),
    Column("why", Json, nullable=False),
    Column("decided", Integer, nullable=False, server_default="0"),  # fates when it was decided; fewer is a hole
)
Index(None, matches.c.watchlist, matches.c.entry_id)

stories = Table(
    "stories",
    metadata,
    Column("id", Key, primary_key=True),
    Column("entry_id", BigInteger, nullable=False),  # the one that started it
    Column("title", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("active_at", Instant, nullable=False),  # when an entry last joined it
    sqlite_autoincrement=True,
)
Index(None, stories.c.active_at)

story_entries = Table(
    "story_entries",
    metadata,
    Column("entry_id", BigInteger, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", BigInteger, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    Column("relation", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("sketch", LargeBinary, nullable=False),  # grouping's own: what tells how alike two texts are
)
Index(None, story_entries.c.story_id)

story_keys = Table(
    "story_keys",
    metadata,
    Column("digest", LargeBinary(16), primary_key=True),
    Column("story_id", BigInteger, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("entry_id", BigInteger, nullable=False),  # the first of the story that had this key
    sqlite_with_rowid=False,
)
Index(None, story_keys.c.story_id)

fates = Table(
    "fates",
    metadata,
    Column("id", Key, primary_key=True),
    Column("entry_id", BigInteger, ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("watchlist", Words, nullable=False),
    Column("watch", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("route", Words, nullable=False),
    Column("story_id", BigInteger),
    Column("state", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant),
    Column("delivery_id", Words),
    UniqueConstraint("entry_id", "watchlist", "watch", "recipient"),
    sqlite_autoincrement=True,
)
Index(None, fates.c.story_id, fates.c.recipient)
Index(None, fates.c.delivery_id)
_only("ix_fates_waiting", fates.c.until, where="until IS NOT NULL")
_only("ix_fates_held", fates.c.route, fates.c.recipient, where="state = 'held'")

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Key, primary_key=True),
    Column("id", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("route", Words, nullable=False),
    Column("dedup_key", Words, nullable=False),
    Column("order_key", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Instant),
    Column("lease", Words, nullable=False),
    Column("lease_until", Instant),
    Column("last_error", Words, nullable=False),
    Column("reply", Words, nullable=False),
    Column("sent_at", Instant),
    Column("settled_at", Instant),  # sent, dead or dropped; NULL = still on its way
    Column("payload", Json, nullable=False),
    UniqueConstraint("id"),
    UniqueConstraint("dedup_key"),
    sqlite_autoincrement=True,
)
Index(None, deliveries.c.recipient, deliveries.c.created_at)
_only("ix_deliveries_open", deliveries.c.channel, deliveries.c.seq, where="settled_at IS NULL")
_only("ix_deliveries_order", deliveries.c.order_key, deliveries.c.seq, where="settled_at IS NULL")

disabled_targets = Table(
    "disabled_targets",
    metadata,
    Column("channel", Words, primary_key=True),
    Column("recipient", Words, primary_key=True),  # a recipient's key, or "*"
    Column("reason", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

digest_slots = Table(
    "digest_slots",
    metadata,
    Column("route", Words, primary_key=True),
    Column("recipient", Words, primary_key=True),
    Column("slot", Words, primary_key=True),
    Column("ended_at", Instant, nullable=False),
)

digest_counts = Table(
    "digest_counts",
    metadata,
    Column("route", Words, primary_key=True),
    Column("recipient", Words, primary_key=True),
    Column("counts", Json, nullable=False),
)

mutes = Table(
    "mutes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("value", Words, nullable=False),
    Column("until", Instant),
    Column("author", Words, nullable=False),
    Column("note", Words, nullable=False),
    sqlite_autoincrement=True,
)

acks = Table(
    "acks",
    metadata,
    Column("story_id", BigInteger, primary_key=True, autoincrement=False),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("key", Words, primary_key=True),
    Column("value", Words, nullable=False),
)
