-- Kinds of drink and volumes: what the law's least prices go by.
ALTER TABLE product
    ADD COLUMN alcohol text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN volume_ml integer NOT NULL DEFAULT 0;

COMMENT ON COLUMN product.alcohol IS 'kind of drink by which least prices are found, such as vodka; empty for other goods';
COMMENT ON COLUMN product.volume_ml IS 'volume of one piece in millilitres; 0 where it is not known';
