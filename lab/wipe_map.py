"""Fills the value of a pinned, mmapable BPF map with noughts, as somebody's careless hand might: wipe_map.py PATH BYTES."""

import ctypes
import mmap
import os
import sys

BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]  # the number of bpf(2)
OBJ_GET = 7

path = ctypes.create_string_buffer(sys.argv[1].encode())
size = -(-int(sys.argv[2]) // mmap.PAGESIZE) * mmap.PAGESIZE
attributes = (ctypes.c_uint64 * 2)(ctypes.addressof(path), 0)
libc = ctypes.CDLL(None, use_errno=True)
descriptor = libc.syscall(BPF, OBJ_GET, attributes, ctypes.sizeof(attributes))
if descriptor < 0:
    sys.exit(f"{sys.argv[1]}: {os.strerror(ctypes.get_errno())}")
with mmap.mmap(descriptor, size) as value:
    value[:] = bytes(size)
