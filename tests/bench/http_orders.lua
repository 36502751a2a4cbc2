-- For wrk: one order of one line a request, each under an id of its own that the node makes, over many SKUs.
local seed = tonumber(os.getenv("ORDERD_BENCH_SEED") or "1")
local skus = tonumber(os.getenv("ORDERD_BENCH_SKUS") or "1000")
math.randomseed(seed)

local head = '{"customer":"bench","currency":"GBP","payment_method":"account","lines":[{"sku":"H'
local tail = '","quantity":1,"unit_price_minor":100}]}'
local headers = { ["Content-Type"] = "application/json" }
local refused = 0

function request()
  return wrk.format("POST", "/v1/orders", headers, head .. math.random(0, skus - 1) .. tail)
end

function response(status, _, body)
  if status ~= 200 or not body:find('"status":"confirmed"', 1, true) then
    refused = refused + 1
    if refused == 1 then
      io.stderr:write("first refusal: ", status, " ", body, "\n")
    end
  end
end
