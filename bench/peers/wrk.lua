-- wrk.lua - has wrk (Debian's package) print its figures as the programs of bench/ do.
-- An answer that is not the file is a failure.
function done(summary, latency)
	local e = summary.errors
	local failed = e.connect + e.read + e.write + e.status + e.timeout
	if failed > 0 or summary.requests == 0 then
		io.stderr:write(failed, " requests failed\n")
		os.exit(1)
	end
	print()
	print(string.format("requests %.0f req/s", summary.requests / summary.duration * 1e6))
	print(string.format("p50 %.1f us", latency:percentile(50)))
	print(string.format("p99 %.1f us", latency:percentile(99)))
	print(string.format("asked %d n", summary.requests))
end
