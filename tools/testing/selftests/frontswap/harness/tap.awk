# SPDX-License-Identifier: GPL-2.0-only
# KTAP of some suites, perhaps among other lines -> "pass|fail|skip kunit:CASE" a line.
# What was planned and did not come is a failure too: kunit:complete.
{ sub(/\r$/, ""); sub(/^\[ *[0-9.]+\] /, "") }
/# Subtest: / { begun++; suite[$NF] = 1 }
begun && /^ +1\.\.[0-9]+/ { sub(/.*\.\./, ""); plan += $1; next }
begun && /^    (not )?ok [0-9]+ / {
	outcome = / # SKIP/ ? "skip" : /^ *not / ? "fail" : "pass"
	sub(/^ *(not )?ok [0-9]+ (- )?/, "")
	print outcome, "kunit:" $1
	n++
}
begun && /^(not )?ok / { ended++ }
END {
	ours = suite["frontswap"] && suite["frontswap_model"] && suite["frontswap_io"] && suite["frontswap_compress"]
	print (ours && ended == begun && n == plan ? "pass" : "fail"), "kunit:complete"
}
