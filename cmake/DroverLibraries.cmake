# What comes from Debian (docs/decisions and the design name the reasons).
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json system)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libbpf REQUIRED IMPORTED_TARGET libbpf>=1.1)
pkg_check_modules(libmnl REQUIRED IMPORTED_TARGET libmnl)
pkg_check_modules(libsystemd REQUIRED IMPORTED_TARGET libsystemd)

# bpftool turns BPF objects into skeleton headers; Debian puts it where only root looks.
find_program(BPFTOOL bpftool PATHS /usr/sbin REQUIRED)
