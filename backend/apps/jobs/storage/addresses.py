"""Which addresses belong to the public internet: the only ones that a stranger's URL may lead to."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.ip_network("64:ff9b::/96")  # carries an IPv4 address (RFC 6052)
# What `is_global` of some Python version lets through although it can lead inside: shared by carriers, Azure's
# metadata, protocol assignments (Oracle's metadata), 6to4 relays, 6to4, Teredo, site-local, NAT64 of one network.
NEVER = "100.64.0.0/10 168.63.129.16/32 192.0.0.0/24 192.88.99.0/24 2002::/16 2001::/32 fec0::/10 64:ff9b:1::/48"


def is_public(address: Address) -> bool:
    """Return whether `address` belongs to the public internet; of one that carries another, both must."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if any(address in network for network in map(ipaddress.ip_network, NEVER.split())):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
