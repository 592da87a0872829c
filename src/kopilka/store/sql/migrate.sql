-- name: exists
-- Whether the table of migrations is there: a database that has never been migrated has none.
SELECT to_regclass('public.schema_migration') IS NOT NULL;

-- name: create
-- The table of migrations itself, which no migration can make.
CREATE TABLE IF NOT EXISTS public.schema_migration (
    name text COLLATE "C" PRIMARY KEY,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE public.schema_migration IS 'Which migrations this database has been through';
COMMENT ON COLUMN public.schema_migration.name IS 'File name of the migration without its ending';
COMMENT ON COLUMN public.schema_migration.digest IS 'SHA-256 of the file when it was applied, in hexadecimal';
COMMENT ON COLUMN public.schema_migration.applied_at IS 'When its transaction ran';

-- name: lock
-- One migrator at a time; the lock goes with its connection, however that ends.
SELECT pg_advisory_lock(7071067811865475);

-- name: list
-- What has been applied.
SELECT name, digest FROM public.schema_migration;

-- name: note
-- Written in the migration's own transaction.
INSERT INTO public.schema_migration (name, digest) VALUES (%s, %s);
