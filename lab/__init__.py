"""Whole networks on one machine: hosts, LANs and routers out of Linux namespaces (Python standard library + iproute2)."""
