"""Staff screens: one folder per screen."""
