/**
 * The store's operations as Lua, so that each is one atomic step, on the clock of Redis alone.
 *
 * Every key starts with the same hash tag: on a cluster all of it lives in one slot.
 */
const PRELUDE = `
local prefix, node = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function at(kind, id) return prefix .. kind .. ':' .. id end
local function publish(message)
  message.node = node
  redis.call('PUBLISH', prefix .. 'news', cjson.encode(message))
end
local function fenced(id, token)
  return token ~= '' and redis.call('GET', at('token', id)) ~= token
end
local function open(id, remaining, failures, kind, message, idle)
  local forMs = math.max(tonumber(remaining), 1)
  redis.call('HSET', at('open', id), 'until', now + forMs, 'failures', failures, 'kind', kind, 'message', message)
  redis.call('PEXPIRE', at('open', id), math.ceil(forMs + math.max(idle, 10 * forMs)))
  redis.call('ZADD', prefix .. 'index', now + forMs, id)
  redis.call('DEL', at('lease', id), at('count', id))
  publish({type = 'open', id = id, remainingMs = forMs, failures = tonumber(failures), kind = kind, message = message})
end
`;

/** ARGV: node */
export const LOAD = `${PRELUDE}
local found = {}
for _, id in ipairs(redis.call('ZRANGE', prefix .. 'index', 0, -1)) do
  local open = redis.call('HMGET', at('open', id), 'until', 'failures', 'kind', 'message')
  if open[1] then
    found[#found + 1] = {id, math.max(tonumber(open[1]) - now, 0), tonumber(open[2]), open[3], open[4]}
  else
    redis.call('ZREM', prefix .. 'index', id)
  end
end
return found
`;

/**
 * ARGV: node, id of the key, id of the service, key, failures, maxAgeMs, cooldownMs, serviceKeys, withinMs, quorum,
 * idleMs, kind, message
 */
export const FAILED = `${PRELUDE}
local id, service, key = ARGV[2], ARGV[3], ARGV[4]
local cooldown, quorum, idle, kind, message = ARGV[7], tonumber(ARGV[10]), tonumber(ARGV[11]), ARGV[12], ARGV[13]
if redis.call('EXISTS', at('open', id)) == 0 then
  local count = at('count', id)
  redis.call('HINCRBY', count, node, 1)
  redis.call('PEXPIRE', count, ARGV[6])
  local failures, nodes = 0, 0
  for _, one in ipairs(redis.call('HVALS', count)) do
    failures = failures + tonumber(one)
    nodes = nodes + 1
  end
  if failures >= tonumber(ARGV[5]) and nodes >= quorum then open(id, cooldown, failures, kind, message, idle) end
end
if redis.call('EXISTS', at('open', service)) == 0 then
  local failing, from = at('failing', service), at('from', service)
  local within = tonumber(ARGV[9])
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', failing, '-inf', now - within)) do
    redis.call('ZREM', failing, old)
    redis.call('HDEL', from, old)
  end
  redis.call('ZADD', failing, now, key)
  redis.call('HSET', from, key, node)
  redis.call('PEXPIRE', failing, within)
  redis.call('PEXPIRE', from, within)
  local keys, distinct, nodes = redis.call('ZCARD', failing), {}, 0
  for _, one in ipairs(redis.call('HVALS', from)) do
    if not distinct[one] then nodes = nodes + 1 end
    distinct[one] = true
  end
  if keys >= tonumber(ARGV[8]) and nodes >= quorum then
    redis.call('DEL', failing, from)
    open(service, cooldown, keys, kind, message, idle)
  end
end
return 1
`;

/** ARGV: node, id of the key, id of the service, key */
export const RECOVERED = `${PRELUDE}
redis.call('DEL', at('count', ARGV[2]))
redis.call('ZREM', at('failing', ARGV[3]), ARGV[4])
redis.call('HDEL', at('from', ARGV[3]), ARGV[4])
return 1
`;

/** ARGV: node, id, token or '', remainingMs, failures, kind, message, idleMs */
export const OPENED = `${PRELUDE}
if fenced(ARGV[2], ARGV[3]) then return 0 end
open(ARGV[2], ARGV[4], ARGV[5], ARGV[6], ARGV[7], tonumber(ARGV[8]))
return 1
`;

/** ARGV: node, id, token or '' */
export const CLOSED = `${PRELUDE}
local id = ARGV[2]
if fenced(id, ARGV[3]) then return 0 end
redis.call('DEL', at('open', id), at('count', id), at('lease', id), at('failing', id), at('from', id))
redis.call('ZREM', prefix .. 'index', id)
publish({type = 'close', id = id})
return 1
`;

/** ARGV: node, id, leaseMs. Answers {1, token} or {0, milliseconds to wait}. */
export const TAKE_PROBE = `${PRELUDE}
local id = ARGV[2]
local due = redis.call('HGET', at('open', id), 'until')
if due and tonumber(due) > now then return {0, tonumber(due) - now} end
local left = redis.call('PTTL', at('lease', id))
if left > 0 then return {0, left} end
local token = redis.call('INCR', prefix .. 'tokens')
redis.call('SET', at('lease', id), token, 'PX', ARGV[3])
redis.call('SET', at('token', id), token, 'PX', 86400000)
return {1, token}
`;

/** ARGV: node, id, token */
export const RELEASE_PROBE = `${PRELUDE}
if redis.call('GET', at('lease', ARGV[2])) == ARGV[3] then redis.call('DEL', at('lease', ARGV[2])) end
return 1
`;
