-- Sends the requests of a file in turn, each thread its own share, and prints what came of it as one line of JSON.
-- A line of the file: method, path, token, entity tag, with tabs between them; the last two may be empty.

local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(args)
    requests, place = {}, number
    step = tonumber(args[2])
    for line in io.lines(args[1]) do
        local method, path, token, tag = line:match("^(%S+)\t(%S+)\t(%S*)\t(.*)$")
        local headers = { ["Host"] = "localhost", ["User-Agent"] = "bench" }
        if token ~= "" then headers["Authorization"] = "Bearer " .. token end
        if tag ~= "" then headers["If-None-Match"] = tag end
        if method == "POST" then headers["Content-Type"] = "application/json" end
        requests[#requests + 1] = wrk.format(method, path, headers, method == "POST" and "{}" or nil)
    end
end

function request()
    local chosen = requests[place % #requests + 1]
    place = place + step
    return chosen
end

function done(summary, latency, _requests)
    local errors = summary.errors
    io.write(string.format(
        'RESULT {"requests": %d, "seconds": %.6f, "p50": %.3f, "p95": %.3f, "p99": %.3f, "refused": %d, "broken": %d}\n',
        summary.requests, summary.duration / 1e6,
        latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
