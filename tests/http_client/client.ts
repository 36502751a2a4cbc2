// A shop that knows of orderd what its OpenAPI document says: the types of `schema.d.ts` are generated from it.
// Prints one line of JSON: what it was answered. http_api_test.py runs it and looks at that.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const [base, orderId, otherId] = process.argv.slice(2) as [string, string, string];
const client = createClient<paths>({ baseUrl: base });

const order = {
  customer: "carol",
  currency: "GBP",
  payment_method: "account" as const,
  lines: [{ sku: "T/1 \u00e9", quantity: 2, unit_price_minor: 250 }],
};
const key = (id: string) => ({ header: { "Idempotency-Key": id } });

const stock = await client.PUT("/v1/stock/{sku}", {
  params: { path: { sku: "T/1 \u00e9" } },
  body: { on_hand: 5 },
});
const account = await client.PUT("/v1/accounts/{customer}", {
  params: { path: { customer: "carol" } },
  body: { currency: "GBP", credit_limit_minor: 10_000 },
});
const placed = await client.POST("/v1/orders", { params: key(orderId), body: order });
const again = await client.POST("/v1/orders", { params: key(orderId), body: order });
const conflict = await client.POST("/v1/orders", { params: key(orderId), body: { ...order, reference: "other" } });
const refused = await client.POST("/v1/orders", {
  params: key(otherId),
  body: { ...order, lines: [{ sku: "T/1 \u00e9", quantity: 50, unit_price_minor: 1 }] },
});
const got = await client.GET("/v1/orders/{order_id}", { params: { path: { order_id: orderId } } });
const list = await client.GET("/v1/orders", { params: { query: { customer: "carol", limit: 10 } } });
const cancelled = await client.POST("/v1/orders/{order_id}/cancel", {
  params: { path: { order_id: orderId } },
  body: { by: "ann", why: "a test" },
});
const left = await client.GET("/v1/stock/{sku}", { params: { path: { sku: "T/1 \u00e9" } } });
const missing = await client.GET("/v1/stock/{sku}", { params: { path: { sku: "none" } } });

console.log(
  JSON.stringify({
    stock: stock.data?.available,
    account: account.data?.credit_limit_minor,
    placed: placed.data?.status,
    again: JSON.stringify(again.data) === JSON.stringify(placed.data),
    conflict: conflict.error?.code,
    refused: [refused.data?.status, refused.data?.reason, refused.data?.refused_line?.available],
    total: got.data?.total_minor,
    listed: list.data?.items.map((each) => each.order_id),
    cancelled: cancelled.data?.status,
    left: left.data?.available,
    missing: missing.error?.status,
  }),
);
