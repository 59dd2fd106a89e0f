"""Messages: what was decided becomes mail, Slack and webhook requests, accepted by the receiver or tried again."""
