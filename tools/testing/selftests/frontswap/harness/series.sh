#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Writes the mails to $O/series/linux-$KERNEL, applies them to a pristine tree with git am, and builds each step.
# series/linux-$KERNEL.txt lists the steps in order:
#	series NAME		the steps below are a series of their own, in a directory of this name;
#				the cover letter is series/cover-NAME.txt or cover-NAME-$KERNEL.txt
#	step NAME		the message is series/NAME.txt: subject, blank line, text; or
#				series/NAME-$KERNEL.txt, if that is another one
#	patch FILE		a hook patch of patches/linux-$KERNEL
#	file PATH...		our own files or directories, or files of patches/linux-$KERNEL
#	lines FILE PATTERN	these lines of an overlay file
#	kconfig SYMBOL...	Kconfig.frontswap, with these symbols only
#	remove PATH...		files of the kernel that go
# @VERSION@ in a text is the version of the source,
# @CHANGES@ is series/changes.txt, which has an entry for each SERIES_VERSION (1).
# The sign-off is that of whoever runs this.
. "$(dirname "$0")/lib.sh"
lock
texts=$harness/series
steps=$texts/linux-$KERNEL.txt
repo=$work/series.git-tree
fresh=$work/series.am-tree
out=$O/series/linux-$KERNEL
series=()
all_mails=()

kgit() { git -C "$repo" -c core.autocrlf=false -c gc.auto=0 "$@"; }

identity() {
	local who mail

	if ! who=$(git -C "$top" config user.name) ||
		! mail=$(git -C "$top" config user.email)
	then
		die "git does not know who signs off: git config user.name and user.email"
	fi
	export GIT_AUTHOR_NAME=$who GIT_AUTHOR_EMAIL=$mail
	export GIT_COMMITTER_NAME=$who GIT_COMMITTER_EMAIL=$mail
}

# The pristine source as one commit; kept, since it takes a while.
base() {
	local id
	id=$(cat "$work/pristine.id")
	if ! is_done "$work/series.id" "$id"; then
		rm -rf "$repo" "$fresh" "$work/series.id"
		cp -al "$work/pristine" "$repo"
		git init -q "$repo"
		kgit config gc.auto 0
		kgit add -Af .
		kgit commit -qm "Linux $version, as it came" --date=2024-01-01T00:00:00Z
		kgit tag base
		done_with "$work/series.id" "$id"
	fi
	kgit reset -q --hard base
	kgit clean -qfdx
}

# The text of a step: that of the line, or that for both.
text_file() {
	local f=$texts/$1-$KERNEL.txt
	[ -f "$f" ] || f=$texts/$1.txt
	[ -f "$f" ] || die "there is no $f"
	echo "$f"
}

text() {
	sed -e "s/@VERSION@/$version/g" -e "/^@CHANGES@\$/{r $texts/changes.txt" -e 'd}' \
		"$(text_file "$1")"
}

commit() {
	[ -n "$1" ] || return 0
	kgit add -Af .
	! kgit diff --cached --quiet || die "step $1 changes nothing"
	text "$1" | kgit commit -qsF - || die "step $1: no commit"
}

take() {
	local f
	for f in $1; do
		if [ -f "$patches/$f" ]; then
			(cd "$patches" && cp --parents "$f" "$repo/")
			continue
		fi
		(cd "$top" && git ls-files -co --exclude-standard -- "$f" | grep -vE "$not_for_the_kernel" |
			rsync -rlp --files-from=- ./ "$repo/") || die "there is no $f"
	done
}

# A file of ours, of which only the lines that match.
lines() {
	mkdir -p "$repo/$(dirname "$1")"
	grep -E "$2" "$top/$1" >"$repo/$1" || die "$1 has no line of $2"
}

# Kconfig.frontswap with these symbols only.
kconfig() {
	awk -v symbols=" $1 " '
		/^config / { skip = !index(symbols, " " $2 " ") }
		skip { next }
		/^$/ { blank = blank "\n"; next }
		{ printf "%s%s\n", blank, $0; blank = "" }' \
		"$top/Kconfig.frontswap" >"$repo/Kconfig.frontswap"
}

# The current series ends here.
end_series() {
	[ -z "${1:-}" ] || kgit tag -f "end-of-$1" >/dev/null
}

make_commits() {
	local verb rest step='' f
	while read -r verb rest; do
		case $verb in
		'' | '#'*) ;;
		series)
			commit "$step"
			step=
			end_series "${series[@]: -1}"
			series+=("$rest")
			;;
		step)
			commit "$step"
			step=$rest
			text_file "$step" >/dev/null
			;;
		patch) patch -d "$repo" -p1 -s -f --no-backup-if-mismatch <"$patches/$rest" ||
			die "$rest does not apply in step $step" ;;
		file) take "$rest" ;;
		lines) lines "${rest% *}" "${rest##* }" ;;
		kconfig) kconfig "$rest" ;;
		remove) for f in $rest; do rm "$repo/$f"; done ;;
		*) die "$steps: $verb?" ;;
		esac
	done <"$steps"
	commit "$step"
	end_series "${series[@]: -1}"
}

# Nothing of the tree that we test may be missing from the mails.
same_as_tested() {
	local f bad=0
	while read -r f; do
		[ -e "$work/src/$f" ] || continue
		if ! cmp -s "$work/src/$f" "$repo/$f"; then
			warn "not in the series as it is tested: $f"
			bad=1
		fi
	done <"$work/ours"
	return $bad
}

# cover SERIES DIRECTORY
cover() {
	local letter
	letter=$(echo "$2"/0000-*.patch)
	text "cover-$1" >"$work/cover.tmp"
	awk -v text="$work/cover.tmp" '
		/\*\*\* SUBJECT HERE/ {
			getline subject < text
			sub(/\*\*\* SUBJECT HERE \*\*\*/, subject)
		}
		/\*\*\* BLURB HERE/ {
			getline line < text
			while ((getline line < text) > 0)
				print line
			next
		}
		{ print }' "$letter" >"$letter.tmp"
	mv "$letter.tmp" "$letter"
}

# mails SERIES PREVIOUS DIRECTORY
mails() {
	local prefix=PATCH

	# As -v does, but for the names of the files.
	[ "$SERIES_VERSION" = 1 ] || prefix="PATCH v$SERIES_VERSION"
	mkdir -p "$3"
	kgit format-patch -q --subject-prefix "$prefix" --cover-letter -o "$3" "$2..end-of-$1"
	cover "$1" "$3"
}

# Lines added to and removed from code: no tests, no documentation.
sizes() {
	local mail

	for mail in "$@"; do
		printf '%6d %s\n' "$(git apply --numstat "$mail" |
			grep -vE '\s(Documentation|tools/testing)/|_test\.[ch]$|kunitconfig$' |
			awk '{ n += $1 + $2 } END { print n }')" "${mail##*/}"
	done
}

# The KUnit configuration as far as a step has it already.
build_step() {
	local dir=$work/series.build src=$fresh

	mkdir -p "$dir"
	cp "$work/src/mm/frontswap.kunitconfig" "$dir/.config"
	kmake "$dir" ARCH=um olddefconfig && kmake "$dir" ARCH=um -j"$JOBS" all
}

prove() {
	local mail n=0
	if [ ! -d "$fresh" ]; then
		kgit worktree prune
		kgit worktree add -q --detach "$fresh" base
	fi
	git -C "$fresh" am --abort 2>/dev/null || :
	git -C "$fresh" reset -q --hard base
	git -C "$fresh" clean -qfdx
	for mail in "${all_mails[@]}"; do
		n=$((n + 1))
		git -C "$fresh" am -q --whitespace=nowarn "$mail" ||
			die "${mail##*/} does not apply with git am"
		say "git am ${mail##*/}"
		logged "step $n under UML" "$logs/series.$n.log" build_step
	done
	git -C "$fresh" diff --quiet "$(kgit rev-parse HEAD)" || die "git am made something else"
}

[ -f "$steps" ] || die "there is no $steps"
: "${SERIES_VERSION:=1}"
number SERIES_VERSION 1 99
grep -q "^v$SERIES_VERSION: " "$texts/changes.txt" ||
	die "SERIES_VERSION=$SERIES_VERSION: $texts/changes.txt has no entry for v$SERIES_VERSION"
sub deps.sh source series uml space=6144
identity
sub source.sh
version=$(tree_version "$work/pristine")
base
make_commits
same_as_tested || die "the series is not complete"
rm -rf "$out"
previous=base
for name in "${series[@]}"; do
	mails "$name" "$previous" "$out/$name"
	for mail in "$out/$name"/*.patch; do
		case $mail in */0000-*) ;; *) all_mails+=("$mail") ;; esac
	done
	previous=end-of-$name
done
say "lines of code of each mail, added and removed"
sizes "${all_mails[@]}"
prove
say "the mails are in $out; each step builds"
