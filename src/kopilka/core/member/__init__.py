"""The member as the rules see them; levels and segments."""
