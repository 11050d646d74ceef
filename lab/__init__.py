"""Whole networks on one machine: hosts, LANs and routers made of Linux namespaces (standard library, iproute2)."""
