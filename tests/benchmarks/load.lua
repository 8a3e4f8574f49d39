-- The clients for wrk, which pay as fast as they are answered:
-- wrk --script load.lua ... ADDRESS -- CREDENTIAL FILE-OF-TOKENS

local tokens, prefix, number = {}, "", 0

function init(arguments)
   wrk.method = "POST"
   wrk.headers["Authorization"] = "Bearer " .. arguments[1]
   wrk.headers["Content-Type"] = "application/json"
   for token in io.lines(arguments[2]) do
      tokens[#tokens + 1] = token
   end
   for byte in io.open("/dev/urandom", "rb"):read(16):gmatch(".") do
      prefix = prefix .. string.format("%02x", byte:byte())
   end
   math.randomseed(tonumber(prefix:sub(1, 8), 16))
end

function request()
   number = number + 1
   wrk.headers["Idempotency-Key"] = prefix .. "-" .. number
   local token = tokens[math.random(#tokens)]
   return wrk.format(nil, nil, nil, '{"card":{"token":"' .. token .. '"},"amount":{"currency":"EUR","value":"0.01"}}')
end

-- wrk counts an answer as an error when its status says so, and what was never answered.
function done(summary, latency, _requests)
   local errors = summary.errors
   io.stderr:write(string.format(
      '{"per_second":%f,"p50_ms":%f,"p95_ms":%f,"p99_ms":%f,"errors":%d}\n',
      summary.requests / summary.duration * 1e6,
      latency:percentile(50) / 1e3,
      latency:percentile(95) / 1e3,
      latency:percentile(99) / 1e3,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout
   ))
end
