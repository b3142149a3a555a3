#!/usr/bin/env bash
# Puts git-dream on the PATH of this step and those after it: the one that is named, one of this version that is there
# already, or the release of this version, once its checksum, and its attestation where `gh` can look, hold.
set -euo pipefail

fail() {
    echo "::error title=git-dream::$1"
    exit 1
}

use() { # the folder of the program
    printf '%s\n' "$1" >>"$GITHUB_PATH"
    echo "Using $("$1/git-dream" --version) from $1"
    exit 0
}

if [ -n "$DREAM_BINARY" ]; then
    [ -x "$DREAM_BINARY" ] || fail "there is no program $DREAM_BINARY: look at the input \`binary\`"
    [ "$(basename "$DREAM_BINARY" .exe)" = git-dream ] || fail "$DREAM_BINARY must be named git-dream"
    use "$(cd "$(dirname "$DREAM_BINARY")" && pwd)"
fi

version=${DREAM_VERSION#v}
case "$version" in
'' | *[!0-9A-Za-z.+-]*) fail "the input \`version\` must be like 0.1.0" ;;
esac

if there=$(command -v git-dream) && [ "$(git-dream --version | cut -d' ' -f2)" = "$version" ]; then
    use "$(dirname "$there")"
fi

archive=tar.gz
case "$(uname -s)/$(uname -m)" in
Linux/x86_64) target=x86_64-unknown-linux-musl ;;
Linux/aarch64 | Linux/arm64) target=aarch64-unknown-linux-musl ;;
Darwin/x86_64) target=x86_64-apple-darwin ;;
Darwin/arm64) target=aarch64-apple-darwin ;;
MINGW*/* | MSYS*/* | CYGWIN*/*) target=x86_64-pc-windows-msvc archive=zip ;;
*) fail "there is no release for $(uname -sm): build one with cargo, and name it as the input \`binary\`" ;;
esac

folder="${RUNNER_TEMP:?}/git-dream-$version"
name=git-dream-$version-$target
mkdir -p "$folder"
cd "$folder"
for file in "$name.$archive" SHA256SUMS; do
    curl --fail --silent --show-error --location --retry 3 --proto '=https,http' --output "$file" \
        "$DREAM_RELEASES/v$version/$file" || fail "cannot download $DREAM_RELEASES/v$version/$file"
done

sum=$(if command -v sha256sum >/dev/null; then sha256sum "$name.$archive"; else shasum -a 256 "$name.$archive"; fi)
# The line for just this file: sums of others prove nothing about it.
grep -qxF -e "${sum%% *}  $name.$archive" SHA256SUMS ||
    fail "$name.$archive is not what SHA256SUMS says: it is damaged, or somebody changed it"

if command -v gh >/dev/null && [ "${GITHUB_SERVER_URL:-}" = https://github.com ] &&
    [[ "$DREAM_RELEASES" == https://github.com/git-dream/git-dream/* ]]; then
    gh attestation verify "$name.$archive" --repo git-dream/git-dream ||
        fail "$name.$archive was not built by git-dream's own release workflow"
fi

if [ $archive = zip ]; then unzip -qo "$name.$archive"; else tar -xzf "$name.$archive"; fi
use "$folder/$name"
