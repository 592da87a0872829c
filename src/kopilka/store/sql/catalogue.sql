-- name: shops
-- All shops.
SELECT shop, zone, programme, groups, title FROM shop ORDER BY shop;

-- name: versions
-- All published versions.
SELECT programme, version, valid_from, content FROM programme_version ORDER BY programme, version;

-- name: products
-- Products by sku.
SELECT sku, title, category, brand, tags, product_class, vat, floor_minor, alcohol, volume_ml, prices FROM product WHERE sku = ANY(%s);

-- name: changed
-- Tells every process that reference data has changed.
UPDATE catalogue_state SET version = version + 1;

-- name: put_shops
-- Adds shops or changes them.
INSERT INTO shop (shop, title, zone, programme, groups, created_at)
SELECT x.shop, x.title, x.zone, x.programme, ARRAY(SELECT json_array_elements_text(x.groups)), x.at
FROM json_to_recordset(%s::json) AS x(shop text, title text, zone text, programme text, groups json, at timestamptz)
ORDER BY x.shop
ON CONFLICT (shop) DO UPDATE
SET title = EXCLUDED.title, zone = EXCLUDED.zone, programme = EXCLUDED.programme, groups = EXCLUDED.groups;

-- name: put_tills
-- Adds tills or changes them.
INSERT INTO till (shop, till, title, created_at)
SELECT x.shop, x.till, x.title, x.at FROM json_to_recordset(%s::json) AS x(shop text, till text, title text, at timestamptz)
ORDER BY x.shop, x.till
ON CONFLICT (shop, till) DO UPDATE SET title = EXCLUDED.title;

-- name: tills
-- Tills of a shop.
SELECT shop, till, title FROM till WHERE shop = %s ORDER BY till;

-- name: put_products
-- Adds products or changes them.
INSERT INTO product (sku, title, category, brand, tags, product_class, vat, floor_minor, alcohol, volume_ml, prices, updated_at)
SELECT x.sku, x.title, ARRAY(SELECT json_array_elements_text(x.category)), x.brand,
    ARRAY(SELECT json_array_elements_text(x.tags)), x.product_class, x.vat, x.floor_minor, x.alcohol, x.volume_ml, x.prices, x.at
FROM json_to_recordset(%s::json) AS x(sku text, title text, category json, brand text, tags json, product_class text,
    vat text, floor_minor bigint, alcohol text, volume_ml integer, prices json, at timestamptz)
ORDER BY x.sku
ON CONFLICT (sku) DO UPDATE
SET title = EXCLUDED.title, category = EXCLUDED.category, brand = EXCLUDED.brand, tags = EXCLUDED.tags,
    product_class = EXCLUDED.product_class, vat = EXCLUDED.vat, floor_minor = EXCLUDED.floor_minor,
    alcohol = EXCLUDED.alcohol, volume_ml = EXCLUDED.volume_ml, prices = EXCLUDED.prices,
    updated_at = EXCLUDED.updated_at;

-- name: find_products
-- Products whose sku or title begins with or contains a text, for the till.
SELECT sku, title, category, brand, tags, product_class, vat, floor_minor, alcohol, volume_ml, prices FROM product
WHERE sku = %(text)s OR title COLLATE "default" ILIKE %(like)s ESCAPE '\' ORDER BY (sku = %(text)s) DESC, title, sku LIMIT %(limit)s;

-- name: list_products
-- A page of products after a sku.
SELECT sku, title, category, brand, tags, product_class, vat, floor_minor, alcohol, volume_ml, prices FROM product
WHERE sku > %s ORDER BY sku LIMIT %s;

-- name: product_classes
-- Names of product classes.
SELECT product_class, title FROM product_class ORDER BY product_class;

-- name: put_product_class
-- Adds a product class or changes its name.
INSERT INTO product_class (product_class, title) VALUES (%s, %s)
ON CONFLICT (product_class) DO UPDATE SET title = EXCLUDED.title;

-- name: lock_programme
-- One publisher of a programme at a time.
SELECT pg_advisory_xact_lock(hashtextextended('programme:' || %s, 0));

-- name: last_version
-- The newest version of a programme.
SELECT version, valid_from, content, sha256 FROM programme_version WHERE programme = %s ORDER BY version DESC LIMIT 1;

-- name: add_version
-- Publishes a text.
INSERT INTO programme_version (programme, version, valid_from, content, sha256, published_at, published_by)
VALUES (%s, %s, %s, %s, %s, %s, %s);
