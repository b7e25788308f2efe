# Read by the tests of tools/: a repository of the test's own in $folder, with the tool NAME of the one at $source.
source=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
git init -q -b main .
git config user.name test
git config user.email test@localhost
mkdir tools
use() { cp "$source/tools/$1" tools/; }
file() { mkdir -p "$(dirname "$1")" && printf '%s\n' "$2" >"$1"; }
commit() { git add -A && git commit -q -m "${1-more}"; }
run() {
    status=0
    "$@" >out 2>&1 || status=$?
}
said() { grep -qF -e "$1" out; }
fail() {
    echo "FAILED: $1 (status $status)"
    cat out
    exit 1
}
