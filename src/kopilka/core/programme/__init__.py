"""The programme document: schema, reading, validation, versions and differences. No evaluation here."""
