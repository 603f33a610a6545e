# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# junit.sh: sums up the XML reports of JUnit.

# junit_summary FOLDER…: prints each skipped test with its reason, each failed test, and `N passed,
# N failed, N skipped` over all XML reports in the folders.
junit_summary() {
  local folder files=()
  for folder; do
    [ ! -d "$folder" ] || while IFS= read -r -d '' f; do
      files+=("$f")
    done < <(find "$folder" -name 'TEST-*.xml' -print0)
  done
  if [ ${#files[@]} = 0 ]; then
    echo '0 passed, 1 failed, 0 skipped'
    return 1
  fi
  python3 - "${files[@]}" <<'PY'
import sys
import xml.etree.ElementTree as xml
tests = failed = skipped = 0


def reason(skip):
    """Why a test was skipped: an attribute, or for a failed assumption the exception's text."""
    text = skip.get("message") or (skip.text or "").strip().split("\n")[0]
    for prefix in (skip.get("type"), "Assumption failed"):
        text = text.removeprefix(prefix or "").removeprefix(": ")
    return text or "no reason given"


for path in sys.argv[1:]:
    suite = xml.parse(path).getroot()
    for case in suite.iter("testcase"):
        tests += 1
        name = "%s.%s" % (case.get("classname"), case.get("name"))
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            print("failed: " + name)
        elif case.find("skipped") is not None:
            skipped += 1
            print("skipped: %s: %s" % (name, reason(case.find("skipped"))))
print("%d passed, %d failed, %d skipped" % (tests - failed - skipped, failed, skipped))
PY
}
