"""What the house can do: one file per verb, and the ports it needs from others."""
