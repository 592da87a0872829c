"""The look of every page: shared styles and templates."""
