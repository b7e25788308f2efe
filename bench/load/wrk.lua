-- The same submissions for wrk: wrk -s bench/load/wrk.lua URL -- build/bench/drawings.txt
local requests, at = {}, 0

function init(arguments)
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    for line in io.lines(arguments[1]) do
        local body = '{"image":"data:image/png;base64,' .. line .. '","source":"bench"}'
        requests[#requests + 1] = wrk.format(nil, "/api/v1/public/predictions", nil, body)
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end
