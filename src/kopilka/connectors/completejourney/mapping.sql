-- name: lines
-- Every line of the chosen households in the golden order; cents are whole in the data, so rounding only drops noise.
SELECT basket_id, household_id, store_id, transaction_timestamp, product_id, quantity,
       greatest(round(sales_value * 100)::BIGINT, 0) AS sum_minor,
       round(coupon_disc * 100)::BIGINT + greatest(-round(sales_value * 100)::BIGINT, 0) AS given_minor,
       retail_disc > 0 AS promo
FROM read_parquet($transactions) SEMI JOIN (SELECT unnest($households) AS household_id) USING (household_id)
ORDER BY timezone($zone, timezone('UTC', transaction_timestamp)), basket_id, product_id;

-- name: goods
-- Every product that was sold, also those that the catalogue does not know.
SELECT product_id, department, product_category, product_type, package_size, brand
FROM (SELECT DISTINCT product_id FROM read_parquet($transactions))
LEFT JOIN read_parquet($products) USING (product_id)
ORDER BY product_id;

-- name: households
-- Everybody who bought.
SELECT DISTINCT household_id FROM read_parquet($transactions);

-- name: stores
-- Every shop that sold.
SELECT DISTINCT store_id FROM read_parquet($transactions) ORDER BY store_id;

-- name: totals
-- Counts and sums of the file itself.
SELECT count(DISTINCT household_id), count(DISTINCT basket_id), count(*),
       count(DISTINCT product_id), count(DISTINCT store_id),
       sum(round(sales_value * 100)::BIGINT)::BIGINT, sum(round(retail_disc * 100)::BIGINT)::BIGINT,
       sum(round(coupon_disc * 100)::BIGINT)::BIGINT, sum(round(coupon_match_disc * 100)::BIGINT)::BIGINT
FROM read_parquet($transactions);

-- name: quiet
-- A progress bar has no place in a library: on some terminals DuckDB draws one by itself.
SET enable_progress_bar = false;
