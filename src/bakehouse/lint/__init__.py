"""The linter: Dockerfiles and what stands around them go in, findings with fixes come out.

    rule        what a rule module is: RULE, and check(subject) or check_repo(repo), which yield Hits
    subject     one Dockerfile as rules see it: tree, meaning, RUN commands, package calls
    repo        all subjects together with services, compose files and contexts
    rules/      one rule a file; the table in rules/__init__ names them all
    linter      runs the selected rules, places their hits, honours suppressions
    selection   which rules speak, and how loudly
    suppressions  comments that silence a rule: ours, hadolint's, BuildKit's `# check=`
    run_edits, line_edits  edits that rules are made of, refused where a position is doubtful
    fixing      applies fixes in rounds; verify takes back what did not do what it meant to
    baseline    the findings an old repository starts with

Reads files through `workspace`; runs nothing and writes nothing.
"""
