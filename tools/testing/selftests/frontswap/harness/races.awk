# SPDX-License-Identifier: GPL-2.0-only
# KCSAN's reports in a kernel log without times: a line for each, which begins with "ours:" if one of
# the accesses is in a function of /ours or in a module, else with "stock:". A helper that does no
# more than what its caller wants is not where an access is.

BEGIN {
	while ((getline name <"/ours") > 0)
		ours[name] = 1
}

function helper(f) {
	return f ~ /^_*(find_|bitmap_|mem(cpy|set|cmp|move)|copy_page|clear_page|(test|set|clear|assign)_.*bit|percpu_|xa_|xas_|kcsan_|tsan_)/
}

# A function without its offset and suffix; a module is named behind it.
function access(frame, f) {
	f = frame
	sub(/^ +/, "", f)
	sub(/[+. ].*/, "", f)
	if (seen || helper(f))
		return
	seen = 1
	where = where (where == "" ? "" : " / ") f
	if (f in ours || frame ~ /\[frontswap/)
		who = "ours"
}

function told() {
	if (on)
		print who ": " where
	on = 0
}

/BUG: KCSAN: data-race/ { told(); on = 1; who = "stock"; where = ""; seen = 1 }
!on { next }
/(read|write|read-write|assert).* to 0x.* of [0-9]+ bytes by/ { seen = 0; next }
/^ .*\+0x/ { access($0) }
/^value changed|^Reported by|^=====/ { if (where != "") told() }
END { told() }
