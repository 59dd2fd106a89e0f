"""Text as matching sees it: HTML removed, letters folded, words with their places in the original.

``html`` turns markup into plain text, ``fold`` says what each character becomes, ``words`` builds canonical
text and finds the way back to the original (matching.md §1).
"""

from monitor.text.html import html_to_text, plain_text
from monitor.text.words import canonical, clean, word_bounds

__all__ = ["canonical", "clean", "html_to_text", "plain_text", "word_bounds"]
