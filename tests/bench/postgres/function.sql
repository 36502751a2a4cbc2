-- pgbench: one order, one function call. Variables as in statements.sql.
\set n :n + 1
\set order_id :run * 1000000000000000 + :client_id * 1000000000000 + :n
\set sku random(1, :skus)
\set customer random(1, 100000)
select place_order(:order_id, :customer, :sku, 1, 250);
