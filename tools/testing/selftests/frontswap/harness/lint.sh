#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Prints the outcome of each gate, and its findings. Findings that are right as they are have an entry
# in lint.allow, with the reason.
. "$(dirname "$0")/lib.sh"
lock
results=$logs/lint.results
: >"$results"
objects_dir=$work/normal
series=$O/series/linux-$KERNEL

ours() {
	local f
	if git -C "$top" rev-parse --git-dir >/dev/null 2>&1; then
		git -C "$top" ls-files -co --exclude-standard
	else
		(cd "$top" && find . -path ./build -prune -o -type f -printf '%P\n')
	fi | grep -E "$1" | sort | while read -r f; do [ ! -f "$top/$f" ] || echo "$f"; done
}

# As named in the kernel tree.
kernel_files() {
	ours '^(Kconfig\.frontswap|(mm|include|Documentation|tools)/.*)$' |
		grep -vE '/(mutants|configs|harness)/'
	(cd "$patches" && find . -type f ! -name '*.patch' -printf '%P\n')
}

allowed() { sed -n 's/^\([^#].*[^[:space:]]\)[[:space:]]*# .*/\1/p' "$harness/lint.allow"; }

# gate NAME COMMAND...: each line that the command prints is a finding, unless it is in lint.allow.
gate() {
	local name=$1 found=$logs/lint.$1
	shift
	{ "$@" 2>&1 || :; } | { grep -vEf <(allowed) || :; } >"$found"
	if [ -s "$found" ]; then
		head -n 60 "$found" | sed 's/^/   /'
		report "$results" fail lint "$name" "$(wc -l <"$found") lines, see $found"
	else
		report "$results" pass lint "$name"
	fi
}

# In the kernel tree, where our files are too; checkpatch must not take our git for the kernel's.
checkpatch() {
	(cd "$src" && export GIT_CEILING_DIRECTORIES=$work &&
		perl scripts/checkpatch.pl --strict --terse --show-types --no-summary "$@")
}

checkpatch_files() {
	local files
	mapfile -t files < <(kernel_files | grep -E '\.(c|h|rst|sh)$|Kconfig|Makefile|/init$')
	checkpatch -f "${files[@]}"
}

# The hooks become mails, with text and sign-off, in make series only.
checkpatch_hooks() {
	checkpatch --no-signoff --ignore COMMIT_MESSAGE,FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID \
		"$patches"/*.patch
}

# Where a finding is in the file, so that lint.allow knows it. A cover letter is no patch.
checkpatch_series() {
	local mails
	mapfile -t mails < <(find "$series" -name '*.patch' ! -name '0000-*' | sort)
	checkpatch --showfile --ignore FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID "${mails[@]}"
}

# The backends may be made of several files each: their directory is the target.
core_objects() {
	(cd "$src" && for f in mm/frontswap*.c; do echo "${f%.c}.o"; done)
}

# compile NAME KMAKE-ARGS...: our objects again, and only what is said about our files.
compile() {
	local log=$logs/lint.$1.log objects modules=$objects_dir/test_modules
	shift
	mapfile -t objects < <(core_objects)
	rm -f "${objects[@]/#/$objects_dir/}" "$objects_dir"/mm/frontswap/*.o "$modules"/*.o
	{
		kmake "$objects_dir" "$@" "${objects[@]}" mm/frontswap/ &&
			{ [ ! -d "$modules" ] || kmake "$objects_dir" "$@" M="$modules" modules; }
	} >"$log" 2>&1 || { echo "the build failed, see $log"; first_errors "$log"; }
	grep -E '(frontswap[^ ]*|test_modules/[^ ]*):[0-9]+:[0-9]+: (warning|error)' "$log" || :
	! grep -q 'sparse: not found\|sparse: command not found' "$log" || echo "sparse did not run"
}

# As the kernel's makefiles build and install it.
tools() {
	local tool=$work/tools/root/usr/sbin/frontswap

	sub tools.sh >/dev/null
	grep -E '\<frontswap\.c:[0-9]+:[0-9]+: (warning|error)' "$logs/tools.log" || :
	[ -x "$tool" ] || echo "there is no $tool"
}

# Our pages only, with the kernel's configuration; warnings are errors.
htmldocs() {
	local dir=$work/htmldocs page

	rm -rf "$dir"
	mkdir -p "$dir/pages"
	(cd "$top/Documentation" && find . -name '*frontswap*.rst' -exec cp --parents {} "$dir/pages" \;)
	{
		printf 'Pages\n=====\n\n.. toctree::\n\n'
		(cd "$dir/pages" && find . -name '*.rst' -printf '   %P\n' | sort)
	} >"$dir/index.tmp"
	mv "$dir/index.tmp" "$dir/pages/index.rst"
	(cd "$src" && srctree=$src BUILDDIR=$dir/out sphinx-build -q -W --keep-going -b html \
		-c Documentation -D version="$KERNEL" -D release="$KERNEL" -D kerneldoc_srctree="$src" \
		-D kerneldoc_bin="$src/scripts/kernel-doc" -d "$dir/tree" "$dir/pages" "$dir/out") \
		2>&1 | sed "s@^$dir/pages@Documentation@" |
		grep -vE '^Using .* theme$|dot\(1\) not found|^$' || :
	for page in "$dir"/pages/*/*.rst "$dir"/pages/*/*/*.rst; do
		page=${page#"$dir/pages/"}
		[ -f "$dir/out/${page%.rst}.html" ] || echo "Documentation/$page: no page was made"
	done
}

# The kernel's semantic patches that need no OCaml, over a copy of our C files; coccicheck would read
# all of mm. A finding begins with the file.
coccicheck() {
	local dir=$work/cocci f options

	rm -rf "$dir"
	mkdir -p "$dir"
	(cd "$src" && kernel_files | grep -E '\.[ch]$' | xargs cp --parents -t "$dir")
	find "$src"/scripts/coccinelle/{api,free,iterators,locks,misc,null,tests} -name '*.cocci' | sort |
		while read -r f; do
			grep -q '^virtual report' "$f" || continue
			! grep -q 'script:ocaml' "$f" || continue
			options=$(sed -n 's@^// *Options: *@@p' "$f")
			# shellcheck disable=SC2086	# a list
			(cd "$src" && spatch -D report --no-show-diff --very-quiet --cocci-file "$f" $options \
				--dir "$dir" -I include -I include/uapi --include include/linux/kconfig.h 2>&1) ||
				echo "$dir/${f##*/}: spatch failed"
		done | sed -n "s@^$dir/@@p"
}

# The entry at the top is the entry of the hook patches.
maintainers() { grep -vxFf "$src/MAINTAINERS" "$top/MAINTAINERS"; }

kernel_doc() {
	local files
	mapfile -t files < <(kernel_files | grep -E '^(mm|include)/.*\.[ch]$')
	(cd "$src" && perl scripts/kernel-doc -none -Werror "${files[@]}")
}

shell_scripts() {
	local f dir
	while read -r f; do
		dir=$(dirname "$f")
		# A test finds functions.sh beside itself.
		(cd "$top/$dir" && shellcheck -x -f gcc "${f##*/}" | sed "s@^@$dir/@") || :
	done < <(cd "$top" && ours '^(\.ci/|tools/testing/)' | xargs grep -lE '^#!.*sh$')
}

sub deps.sh source build lint space=4096
sub source.sh

text_gates() {
	gate shellcheck shell_scripts
	gate checkpatch-files checkpatch_files
	gate checkpatch-hooks checkpatch_hooks
	[ ! -d "$series" ] || gate checkpatch-series checkpatch_series
	gate kernel-doc kernel_doc
	gate maintainers maintainers
	gate htmldocs htmldocs
	gate guarantees "$harness/guarantees.sh"
	python3 "$harness/prose.py" -t | grep '%' | sed 's/^/   /' || :
	gate prose python3 "$harness/prose.py"
}

build_gates() {
	gate tools tools
	if sub build.sh normal; then
		gate W=1 compile W1 W=1
		gate sparse compile sparse C=2
	else
		report "$results" fail lint build
	fi
	gate coccicheck coccicheck
}

# Most gates use one CPU.
text_gates >"$logs/lint.text" 2>&1 9>&- &
build_gates
wait $! || :
cat "$logs/lint.text"
failed=$(count fail "$results")
[ "$failed" = 0 ] || die "$KERNEL lint: $failed gate(s) failed"
say "$KERNEL lint: clean"
