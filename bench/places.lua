-- Asks for one address after another from a file of paths; threads start at different ones.
local paths = {}
local at = 0
local threads = 0

function setup(thread)
  thread:set("first", threads)
  threads = threads + 1
end

function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
  at = math.floor(first * #paths / 2)
end

function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
