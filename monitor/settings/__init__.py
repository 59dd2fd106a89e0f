"""Settings: configuration files and the environment become one frozen ``Settings``, or every problem at once.

::

    yamlfile    text with places   yamlwords  syntax errors in words    positions  offsets through quotes and folds
    secrets     ${ENV}, *_file     fields     values with a meaning     schema, watchschema  the files' shape
    checking    errors with a place           watchlists, queries, feeds, routing  each part
    load        all of it          show       the way back              exposure   what must stay hidden
"""

from monitor.settings.effective import (
    ChannelSpec,
    EmailSpec,
    Fetching,
    Habits,
    Person,
    Polling,
    Retention,
    Settings,
    SlackSpec,
    WebhookSpec,
)
from monitor.settings.environment import config_directory, environment
from monitor.settings.load import database_address, load
from monitor.settings.problems import format_problem
from monitor.settings.show import schemas, show

__all__ = [
    "ChannelSpec",
    "EmailSpec",
    "Fetching",
    "Habits",
    "Person",
    "Polling",
    "Retention",
    "Settings",
    "SlackSpec",
    "WebhookSpec",
    "config_directory",
    "database_address",
    "environment",
    "format_problem",
    "load",
    "schemas",
    "show",
]
