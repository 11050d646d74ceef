# Builds the release preset; sourced by ./test and ./demo. The compiler's own words go to build/build.log.
build_release() {  # $1: who asks, for the message
    mkdir -p build
    if ! { cmake --preset release && cmake --build --preset release; } > build/build.log 2>&1; then
        grep -E 'error|FAILED|CMake Error' -A 8 build/build.log | head -n 60 >&2
        echo "$1: the build failed; all of it is in build/build.log" >&2
        return 1
    fi
}
