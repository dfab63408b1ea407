#!/usr/bin/env bash
# Runs every test project and ends with one line: N passed, N failed, N skipped. A project that runs no test is a failure.
set -u
cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0
bash tests/tools.sh
dotnet build Init.sln -c Debug --nologo -v quiet || { echo "the build failed"; exit 1; }
for project in Init.Core.Tests Init.Linux.Tests Init.E2E.Tests; do
  log=$(mktemp)
  results=$(mktemp -d)
  echo "== $project"
  timeout 1200 dotnet test "tests/$project/$project.csproj" --no-build --nologo -v quiet \
    --logger "console;verbosity=minimal" --logger "trx;LogFileName=$results/results.trx" --blame-hang-timeout 5m "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  line=$(grep -E '(Passed|Failed|Skipped)! +- Failed: +[0-9]+, Passed: +[0-9]+, Skipped: +[0-9]+' "$log" | tail -n 1)
  if [ -z "$line" ]; then
    echo "== $project ran no test (exit $status)"
    failed=$((failed + 1))
  else
    f=$(sed -E 's/.*Failed: +([0-9]+), Passed.*/\1/' <<<"$line")
    failed=$((failed + f))
    passed=$((passed + $(sed -E 's/.*Passed: +([0-9]+),.*/\1/' <<<"$line")))
    skipped=$((skipped + $(sed -E 's/.*Skipped: +([0-9]+),.*/\1/' <<<"$line")))
    [ "$status" -ne 0 ] && [ "$f" -eq 0 ] && { echo "== $project exited with $status"; failed=$((failed + 1)); }
  fi
  # Why tests were skipped, each reason once, with how many.
  if [ -f "$results/results.trx" ]; then
    grep -A 4 'outcome="NotExecuted"' "$results/results.trx" | sed -n 's/.*<Message>\(.*\)<\/Message>.*/skipped: \1/p' | sort | uniq -c
  fi
  rm -rf "$log" "$results"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
