-- Prices of members: each product may have one by price list.
ALTER TABLE product ADD COLUMN prices json NOT NULL DEFAULT '{}';

COMMENT ON COLUMN product.prices IS 'price of one piece in minor units, by price list that a programme may name';
