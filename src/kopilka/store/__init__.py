"""PostgreSQL: one file and one SQL file per core room, and the migrations."""
