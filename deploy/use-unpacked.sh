# Sourced in the top folder by ./run, ./test and bench/run: lets programs and libraries under build/packages
# (deploy/install-packages --unpack) be found.
# shellcheck shell=sh
if [ -d build/packages/usr ]; then
    unpacked=$PWD/build/packages/usr
    triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
    libraries=$unpacked/lib/$triplet:$unpacked/lib/$triplet/blas:$unpacked/lib/$triplet/lapack
    export PATH="$PATH:$unpacked/bin:$unpacked/sbin"
    export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
