#!/usr/bin/env bash
# One command of the action, in the repository that was checked out. What is said to the shell comes by the environment.
set -euo pipefail

fail() {
    echo "::error title=git-dream::$1"
    exit 1
}

output() { # name, value
    printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# git asks for what it needs at this host, and is told the token from the environment: none is written to a file.
export GIT_CONFIG_COUNT=2
export GIT_CONFIG_KEY_0=credential.helper GIT_CONFIG_VALUE_0=
export GIT_CONFIG_KEY_1="credential.${GITHUB_SERVER_URL:?}.helper"
# The quotes keep the token out of this value: git's helper looks it up.
# shellcheck disable=SC2016
export GIT_CONFIG_VALUE_1='!f() { echo username=x-access-token; echo "password=$GIT_DREAM_FORGE_TOKEN"; }; f'

# Where to start, so that a setting that is empty is none.
for name in GIT_DREAM_ENGINE GIT_DREAM_MODEL GIT_DREAM_BASE_URL; do
    [ -n "${!name:-}" ] || unset "$name"
done

new_branches() {
    git for-each-ref --format='%(refname:short)' 'refs/heads/dream/'
}

# Says on the commit how its check went, under the name that the check of pull requests has.
say_status() { # commit, state, description
    [ "$DREAM_STATUS" = true ] || return 0
    # The token comes on standard input, where no list of processes shows it.
    printf 'header = "Authorization: Bearer %s"\n' "$GIT_DREAM_FORGE_TOKEN" |
        curl --fail-with-body --silent --show-error --output /dev/null --config - \
            --header 'Accept: application/vnd.github+json' --json \
            "{\"state\":\"$2\",\"context\":\"memory-check\",\"description\":\"$3\"}" \
            "${GITHUB_API_URL:?}/repos/${GITHUB_REPOSITORY:?}/statuses/$1" ||
        fail "the check's result could not be told as a commit status: give the job \`statuses: write\`"
}

dream_run() {
    local work="${RUNNER_TEMP:?}/git-dream" arguments=(run --fetch) branch learnings=0 path
    mkdir -p "$work"
    [ -z "$DREAM_BUDGET" ] || arguments+=(--budget "$DREAM_BUDGET")
    [ "$DREAM_DRY_RUN" != true ] || arguments+=(--dry-run)
    while IFS= read -r path; do
        [ -z "$path" ] || arguments+=(--sessions "$path")
    done <<<"$DREAM_SESSIONS"
    git-dream "${arguments[@]}" 2>&1 | tee "$work/run.txt"
    branch=$(new_branches | tail -n 1)
    if [ -n "$branch" ]; then
        learnings=$(git log --format='%(trailers:key=Dream-Pattern,valueonly)' "HEAD..$branch" | grep -c . || true)
    fi
    output branch "$branch"
    output learnings "$learnings"
    {
        printf '## This dream\n\n~~~~~~~~text\n'
        head -c 200000 "$work/run.txt"
        printf '~~~~~~~~\n\n'
        git-dream report | head -c 700000
    } >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
    # Only what the remote does not have: this job's repository began as a copy of it.
    local bundle="$work/dream.bundle"
    local new=('--glob=refs/dream/*' '--branches=dream/*' --not --remotes '--glob=refs/dream-remote/*')
    if [ "$DREAM_DRY_RUN" = true ] || [ -z "$(git rev-list --max-count=1 "${new[@]}")" ]; then
        output changed false
        return
    fi
    git bundle create --quiet "$bundle" "${new[@]}"
    output changed true
    output bundle "$bundle"
}

# Takes over what another job hands over, and nothing but a ledger that goes on from ours and branches with dreams.
take_over() {
    local bundle="$1" ref
    if [ -d "$bundle" ]; then bundle="$bundle/dream.bundle"; fi
    [ -f "$bundle" ] || fail "there is no file $bundle: look at the input \`bundle\`"
    git fetch --quiet --no-tags origin '+refs/dream/*:refs/dream-remote/origin/*' '+refs/heads/*:refs/remotes/origin/*'
    if git rev-parse --quiet --verify refs/dream-remote/origin/ledger >/dev/null; then
        git update-ref refs/dream/ledger refs/dream-remote/origin/ledger
    fi
    git bundle verify --quiet "$bundle" || fail "$bundle does not go with this repository: dream anew"
    while read -r _ ref; do
        case "$ref" in
        refs/dream/ledger) ;;
        refs/heads/dream/*) git check-ref-format "$ref" || fail "$bundle holds a ref with a bad name" ;;
        *) fail "$bundle holds $ref, which no dream makes: nothing is published" ;;
        esac
    done < <(git bundle list-heads "$bundle")
    # Without a plus sign: what does not go on from what is there is refused.
    git -c transfer.fsckObjects=true fetch --quiet --no-tags "$bundle" \
        'refs/dream/*:refs/dream/*' 'refs/heads/dream/*:refs/heads/dream/*' ||
        fail "$bundle would rewrite what is there: dream anew"
}

dream_publish() {
    local branch published url
    [ -z "$DREAM_BUNDLE" ] || take_over "$DREAM_BUNDLE"
    branch=$(new_branches | tail -n 1)
    if [ -n "$branch" ]; then
        git-dream check "HEAD...$branch" --format github || fail "the check speaks against $branch: nothing is published"
    fi
    published="${RUNNER_TEMP:?}/published.json"
    local arguments=(publish --json)
    [ -z "$DREAM_FORGE" ] || arguments+=(--forge "$DREAM_FORGE")
    git-dream "${arguments[@]}" >"$published"
    cat "$published"
    url=$(sed -n 's/^ *"url": "\(https\{0,1\}:[^"]*\)".*/\1/p' "$published" | head -n 1)
    output branch "$branch"
    output pull-request "$url"
    [ -z "$url" ] || printf 'Learnings to review: %s\n' "$url" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
    [ -z "$branch" ] || say_status "$(git rev-parse "$branch")" success 'Checked before it was published'
}

# Brings what the quotes are held against.
fetch_ledger() {
    git fetch --quiet --no-tags origin '+refs/dream/*:refs/dream/*' || fail "cannot fetch the ledger"
}

dream_check() {
    [ -n "$PULL_NUMBER" ] || fail "there is no pull request to check: run this on pull_request"
    fetch_ledger
    git fetch --quiet --no-tags origin "+refs/pull/$PULL_NUMBER/head:refs/dream-check/head"
    [ "$(git rev-parse refs/dream-check/head)" = "$PULL_HEAD" ] || fail "the pull request has moved on: its newest state is checked by another run"
    git-dream check "$PULL_BASE...$PULL_HEAD" --format github
}

dream_mend() {
    [ -n "$PULL_BRANCH" ] || fail "there is no pull request to mend: run this on pull_request"
    fetch_ledger
    git-dream check "$PULL_BASE...HEAD" --fix
    if git diff --quiet; then
        echo "There is nothing mechanical to mend."
        return
    fi
    git -c user.name=git-dream -c user.email=git-dream@localhost commit --quiet --all \
        --message 'index: bring it up to date with the notes'
    # Refused where somebody has pushed meanwhile.
    git push --quiet origin "HEAD:refs/heads/$PULL_BRANCH"
    if git-dream check "$PULL_BASE...HEAD" --format github; then
        say_status "$(git rev-parse HEAD)" success 'Mended and checked'
    else
        say_status "$(git rev-parse HEAD)" failure 'Mended, and there is more that only people can mend'
        exit 1
    fi
}

dream_page() {
    local page="${RUNNER_TEMP:?}/git-dream-page"
    mkdir -p "$page"
    fetch_ledger
    git-dream report --html "$page/index.html"
    output page "$page"
}

case "$DREAM_COMMAND" in
setup) ;;
run | publish | check | mend | page) "dream_$DREAM_COMMAND" ;;
*) fail "there is no command \"$DREAM_COMMAND\": setup, run, publish, check, mend or page" ;;
esac
