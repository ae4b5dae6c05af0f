#!/usr/bin/env bash
# Grades each stage that has been begun. The results go to the folder grade (stageN.json for a
# program, stageN.txt to read), and a table to the summary of the job or, without one, to the screen.
set -euo pipefail
cd "$(dirname "$0")/../.."

summary=${GITHUB_STEP_SUMMARY:-/dev/stdout}
complete=${FAIL_UNTIL_COMPLETE:-no}
failed=0
begun=0
rm -rf grade
mkdir grade
table="| stage | points | bonus | next |
| --- | --- | --- | --- |
"

# The value of a member of the result that stands outside of any list.
member() {
  sed -n "s/^  \"$2\": //p" "$1" | head -n 1 | sed 's/,$//; s/^"\(.*\)"$/\1/'
}

for number in 1 2 3 4 5; do
  own=$(find stage"$number"-*/src/bin \
    -path "*/stage$number-mine.rs" -o -path "*/stage$number-mine/main.rs" | head -n 1)
  [ -n "$own" ] || continue
  begun=$((begun + 1))
  package=${own%%/*}
  result=grade/stage$number.json
  echo "::group::$package"
  # Its status says whether all points are there; without a result, that it could not be built.
  GRADE=mine GRADE_JSON=$PWD/$result \
    cargo test --locked --package "$package" --test "stage$number" 2>&1 |
    tee "grade/stage$number.txt" || true
  echo "::endgroup::"
  if [ ! -f "$result" ]; then
    failed=1
    echo "::error file=$own::there is no result: see the compiler's message in the log of this job"
    table+="| $package | no result | | make it compile: the log of this job has the message |
"
    continue
  fi
  points=$(member "$result" points)
  max=$(member "$result" max)
  note=$(member "$result" note)
  next=$(member "$result" next)
  table+="| $package | $points of $max | $(member "$result" bonus) | ${note:-${next:-all is done}} |
"
  if [ "$complete" = yes ] && [ "$points" != "$max" ]; then
    failed=1
  fi
done

if [ "$begun" -eq 0 ]; then
  table="No stage has been begun. To begin: \`cp -n stage1-echo/starter.rs stage1-echo/src/bin/stage1-mine.rs\`
"
fi
printf '%s\n' "$table" >>"$summary"
exit "$failed"
