-- For wrk: posts the predictions of the file that EVENTS names, one a request, over and over.
local events = {}
for line in io.lines(os.getenv("EVENTS")) do events[#events + 1] = line end

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

local next_event = 0
request = function()
  next_event = next_event % #events + 1
  return wrk.format(nil, nil, nil, events[next_event])
end
