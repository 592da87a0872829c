"""The look of every screen: style sheet, base pages, components, icons and the Jinja environment.

Screens say what they show; how it looks is decided here once. No screen of its own lives here but the gallery.
"""
