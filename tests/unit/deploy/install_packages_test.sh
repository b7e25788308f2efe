#!/bin/sh
# deploy/install-packages against an apt-get and a dpkg-query of the test's own, which say what they are
# told to and write down what they were asked.
set -eu

source=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/deploy" "$folder/bin"
cp "$source/deploy/install-packages" "$folder/deploy/"
printf 'build    wanted\nbuild    there\n' >"$folder/deploy/packages.txt"

program() { cat >"$folder/bin/$1" && chmod +x "$folder/bin/$1"; }
program dpkg-query <<'END'
#!/bin/sh
case "$*" in *there*) printf installed ;; esac
END
program sudo <<'END'
#!/bin/sh
exec "$@"
END
program apt-get <<'END'
#!/bin/sh
echo "$*" >>"$FOLDER/asked"
case "$*" in
*--simulate*) cat "$FOLDER/plan" ;;
*download*) echo archive >wanted.deb ;;
esac
END
program dpkg-deb <<'END'
#!/bin/sh
mkdir -p "$3/usr/lib/pkgconfig"
echo "prefix=/usr" >"$3/usr/lib/pkgconfig/wanted.pc"
END

run() {
    : >"$folder/asked"
    status=0
    (cd "$folder" && FOLDER="$folder" PATH="$folder/bin:$PATH" deploy/install-packages "$@") \
        >"$folder/out" 2>&1 || status=$?
}
fail() {
    echo "FAILED: $1"
    cat "$folder/out" "$folder/asked"
    exit 1
}
said() { grep -q -e "$1" "$folder/out"; }
asked() { grep -q -e "$1" "$folder/asked"; }

echo "Inst wanted (1.0 Debian:12/stable [amd64])" >"$folder/plan"
run build
[ "$status" -eq 0 ] && asked 'install -y -qq .*--no-remove wanted' || fail "installs what is missing"
! asked 'install -y.* there' || fail "leaves what is installed alone"

printf 'Remv precious [1.74]\nInst wanted (1.0 Debian:12/stable [amd64])\n' >"$folder/plan"
run build
[ "$status" -eq 1 ] && said precious && said '--unpack build' || fail "says what is in the way, and the way around"
! asked 'install -y' || fail "installs nothing where something would be removed"

run --unpack build
[ "$status" -eq 0 ] && asked 'download -qq wanted' || fail "unpacks what is missing"
! asked 'install -y' || fail "installs nothing when it unpacks"
grep -q "prefix=$folder/build/packages/usr" "$folder/build/packages/usr/lib/pkgconfig/wanted.pc" ||
    fail "lets an unpacked package be found where it is"
run build
[ "$status" -eq 0 ] && ! asked simulate || fail "takes an unpacked package for one that is there"

run nothing
[ "$status" -eq 64 ] || fail "refuses a purpose that there is not"
echo "Inst wanted (1.0 Debian:12/stable [amd64])" >"$folder/plan"
release=$(. /etc/os-release && echo "$VERSION_ID")
printf 'build    wanted\nbuild    of-this    %s\nbuild    of-another    1\n' "$release" >"$folder/deploy/packages.txt"
run build
[ "$status" -eq 0 ] && asked 'install -y.* of-this' || fail "installs what is for this release"
! asked of-another || fail "leaves what is for another release alone"

printf 'build    wanted\nbuild    of-first    1\nbuild    of-last    2\n' >"$folder/deploy/packages.txt"
run build
asked 'install -y.* of-last' && ! asked of-first || fail "takes an unknown release for the latest"

echo "install-packages: all passed"
