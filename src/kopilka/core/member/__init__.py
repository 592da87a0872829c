"""Members as rules see them, their standing in a programme, and levels."""
