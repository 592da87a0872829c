"""Words: what people read, in their language. Catalogues, formats and the rendering of reasons.

No business meaning and no markup lives here; the languages of the house are listed in `languages.py`.
"""
