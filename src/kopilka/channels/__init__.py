"""Ways to reach a person, a folder each."""
