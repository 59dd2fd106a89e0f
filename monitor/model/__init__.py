"""What flows: frozen dataclasses without input or output."""
