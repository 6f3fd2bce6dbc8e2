-- For wrk: each request is a report of one of 10,000 clients, and each is newer than the one before.
local count = 0
local head = " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
function request()
  count = count + 1
  local body = '{"lat":34.068930,"lon":-118.445127,"time":' .. (1621464827 + count) .. '.959498503,"accuracy_m":15}'
  return "PUT /v1/clients/phone-" .. (count % 10000) .. head .. #body .. "\r\n\r\n" .. body
end
