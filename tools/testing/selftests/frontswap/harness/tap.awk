# SPDX-License-Identifier: GPL-2.0
# KTAP of one suite, perhaps among other lines -> "pass|fail|skip kunit:CASE" a line.
# What was planned and did not come is a failure too: kunit:complete.
{ sub(/\r$/, ""); sub(/^\[ *[0-9.]+\] /, "") }
/# Subtest: / { inside = 1 }
inside && /^ +1\.\.[0-9]+/ { sub(/.*\.\./, ""); plan = $1; next }
inside && /^    (not )?ok [0-9]+ / {
	outcome = / # SKIP/ ? "skip" : /^ *not / ? "fail" : "pass"
	sub(/^ *(not )?ok [0-9]+ (- )?/, "")
	print outcome, "kunit:" $1
	n++
}
inside && /^(not )?ok / { ended = 1 }
END { print (n && ended && n == plan ? "pass" : "fail"), "kunit:complete" }
