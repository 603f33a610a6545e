# SPDX-License-Identifier: Apache-2.0
"""Which drivers of NICs free what they have sent on the drop path. 500 datagrams of this host and
500 forwarded ones leave through one NIC of each kind, and none is lost. What the drivers of this
kernel free then is in nic-drivers.txt."""
import fcntl
import glob
import os
import socket
import struct
import termios
import time

from rig import (
    DEBUG_KERNEL,
    FOLDER,
    Probe,
    Skip,
    cookie,
    enter_host,
    growth,
    inside,
    kernel,
    neighbour,
    read,
    records,
    sh,
    sysctl,
    until,
    write,
)

PACKETS, FEW = 500, 50
PORT = 9000
IPV4, UDP = 4, 17
ETHERTYPE = 0x88B5  # for experiments; no protocol of the kernel's
FAR = "02:00:00:00:00:02"  # no NIC has it: what is sent ends in QEMU
RNDIS_CONFIGURATION = 2  # of QEMU's USB adapter; the kernel has chosen the other


class NotUp(Exception):
    """The NIC does not work with this kernel; the text says why."""


def lines_of(name):
    return [line for line in read(f"/mnt/rig/{name}").splitlines() if not line.startswith("#")]


def waits(condition, reason, seconds):
    """As until(), for what a NIC may never do."""
    try:
        until(condition, reason, seconds)
    except AssertionError:
        raise NotUp(reason) from None


def interface_of(driver):
    for path in glob.glob("/sys/class/net/*/device/driver"):
        if os.path.basename(os.path.realpath(path)) == driver:
            return path.split("/")[4]
    return None


def statistic(interface, *names):
    return sum(int(read(f"/sys/class/net/{interface}/statistics/{name}")) for name in names)


def nudge(interface):
    """Sends a frame that is no IP packet, so that a driver looks after the packets it has sent."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((interface, ETHERTYPE))
        sender.send(bytes.fromhex(FAR.replace(":", "") * 2) + struct.pack("!H46x", ETHERTYPE))


def nudges_until(condition, interface, reason):
    """Waits for a condition; some drivers only look after what they have sent when they send
    more."""
    deadline, next_nudge = time.monotonic() + 30, time.monotonic() + 0.5
    while not condition():
        if time.monotonic() > deadline:
            raise NotUp(reason)
        if time.monotonic() > next_nudge:
            nudge(interface)
            next_nudge += 0.5
        time.sleep(0.02)


def freed(probe, before):
    """The cells of datagrams that have grown."""
    grown = growth(before, probe.read())
    return [cell for cell in grown if (cell["family"], cell["protocol"]) == (IPV4, UDP)]


def total(cells):
    return sum(cell["packets"] for cell in cells)


def wait_for_frees(probe, before, interface, packets):
    """Waits until all or none are counted, and the number stays."""
    last, since, deadline = None, 0, time.monotonic() + 20
    while time.monotonic() < deadline:
        now = total(freed(probe, before))
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > 0.7:
            if now in (0, packets):
                return
            nudge(interface)
        time.sleep(0.1)


def send(address, packets, interface=None):
    """Sends datagrams; with an interface, waits until its driver holds none of them any more."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(20)
        for _ in range(packets):
            sender.sendto(b"x" * 64, (address, PORT))

        def held():
            return struct.unpack("i", fcntl.ioctl(sender, termios.TIOCOUTQ, b"\0" * 4))[0]

        if interface:
            nudges_until(lambda: not held(), interface, "does not free what it has sent")


def counted(probe, interface, packets, action):
    """The cells of datagrams that grow while the action sends this number through the interface."""
    before, sent = probe.read(), statistic(interface, "tx_packets")
    action()
    try:
        nudges_until(
            lambda: statistic(interface, "tx_packets") - sent >= packets,
            interface,
            "has not sent all packets",
        )
    except NotUp:
        print(
            f"tx_packets {sent} + {statistic(interface, 'tx_packets') - sent}",
            *growth(before, probe.read()),
            sep="\n",
        )
        raise
    wait_for_frees(probe, before, interface, packets)
    return freed(probe, before)


def from_left(address, packets):
    with inside("left"):
        send(address, packets)


def usb_adapters():
    """The folders of USB network adapters."""
    return [
        os.path.dirname(path)
        for path in glob.glob("/sys/bus/usb/devices/*/product")
        if "USB Network" in read(path)
    ]


def bring_up(number, driver):
    if driver == "rndis_host":
        # Its bus may have been found just before.
        waits(usb_adapters, "has no USB adapter", 10)
        (adapter,) = usb_adapters()
        write(f"{adapter}/bConfigurationValue", str(RNDIS_CONFIGURATION))
    sh(f"modprobe {driver}")
    waits(lambda: interface_of(driver), "has no interface", 10)
    interface = interface_of(driver)
    sysctl(f"net/ipv6/conf/{interface}/disable_ipv6", 1)
    # fq_codel, which some kernels have chosen, drops packets that wait long for a slow NIC.
    sh(
        f"""
      tc qdisc replace dev {interface} root pfifo limit {2 * PACKETS}
      ip link set {interface} up
      ip addr add 10.77.{number}.1/24 dev {interface}
      ip neigh replace 10.77.{number}.2 lladdr {FAR} dev {interface} nud permanent"""
    )
    waits(lambda: read(f"/sys/class/net/{interface}/carrier") == "1\n", "has no carrier", 20)
    return interface


def try_nic(number, driver):
    """Returns what nic-drivers.txt has in the columns after kernel and driver."""
    interface, address = bring_up(number, driver), f"10.77.{number}.2"
    (record,) = [
        record
        for record in records(f"{FOLDER}/interfaces")
        if (record.netns, record.name) == (cookie(), interface)
    ]
    assert record.values.get("driver") == driver, record.values
    probe = Probe("nics").activate()
    failed = statistic(interface, "tx_dropped", "tx_errors")
    try:
        local = counted(probe, interface, PACKETS, lambda: send(address, PACKETS, interface))
        forwarded = counted(probe, interface, PACKETS, lambda: from_left(address, PACKETS))
        failed = statistic(interface, "tx_dropped", "tx_errors") - failed
        if driver == "vmxnet3":  # which frees all that it has sent on the drop path
            behind(probe, interface)
    finally:
        sh(f"ip link set {interface} down")
        probe.deactivate()
        probe.remove()
    for cells, direction in ((local, "out"), (forwarded, "in")):
        for cell in cells:
            assert (cell["netns"], cell["ifindex"], cell["direction"]) == (
                cookie(),
                record.ifindex,
                direction,
            ), cell
    places = {
        f"{cell['reason']}@{cell['location'].split('+')[0]} {cell['module']}"
        for cell in local + forwarded
    }
    where = " ".join(sorted(places)) or "- -"
    return f"{record.module} {where} {total(local)} {total(forwarded)} {failed}"


def behind(probe, interface):
    """Packets that come to the NIC by another interface: the cell has the NIC's, unless the packet
    has a socket, which is in another network namespace than the NIC. Then it has that namespace,
    and no interface."""
    ways = (
        ("ip link add link {0} name vlan7 type vlan id 7", "vlan7", "10.78.0", None),
        (
            "ip link add link {0} name over0 netns left type macvlan mode bridge",
            "over0",
            "10.78.1",
            "left",
        ),
        (
            "ip link add link {0} name over0 netns left type ipvlan mode l2",
            "over0",
            "10.78.2",
            "left",
        ),
        (
            """ip link add over1 type veth peer name over0 netns left
            ip link add bridge0 type bridge
            ip link set {0} master bridge0
            ip link set over1 master bridge0 up
            ip link set bridge0 up""",
            "over0",
            "10.78.3",
            "left",
        ),
    )
    with inside("left"):
        left = cookie()
    for command, name, net, netns in ways:
        ip = f"ip -n {netns}" if netns else "ip"
        sh(command.format(interface))
        sh(
            f"""
          {ip} link set {name} up
          {ip} addr add {net}.1/24 dev {name}
          {ip} neigh replace {net}.2 lladdr {FAR} dev {name} nud permanent"""
        )
        if "bridge0" in command:
            until(
                lambda: "state forwarding" in sh(f"bridge link show dev {interface}"), "the bridge"
            )
        action = (lambda: from_left(f"{net}.2", FEW)) if netns else (lambda: send(f"{net}.2", FEW))
        cells = counted(probe, interface, FEW, action)
        seen = [(cell["netns"], cell["ifindex"], cell["packets"]) for cell in cells]
        wanted = (left, 0) if netns else (cookie(), socket.if_nametoindex(interface))
        assert seen == [(*wanted, FEW)], f"{command}: {cells} instead of {wanted}"
        sh(f"{ip} link del {name}; ip link del bridge0 2>/dev/null || true")


def run():
    if DEBUG_KERNEL:
        raise Skip("the debug kernel has no drivers of NICs")
    enter_host()
    sysctl("net/ipv4/ip_forward", 1)
    sh("modprobe xhci_pci")
    drivers = [line.split()[2] for line in lines_of("nics.conf")]
    rows = []
    with neighbour("left", 9):
        mac = read("/sys/class/net/to-left/address").strip()
        sh(f"ip -n left neigh replace 10.9.0.1 lladdr {mac} dev eth0 nud permanent")
        for number, driver in enumerate(drivers, 1):
            begin = time.monotonic()
            try:
                rows.append(f"{kernel()} {driver} {try_nic(number, driver)}")
            except NotUp as reason:
                rows.append(f"{kernel()} {driver} {reason}")
            print(f"{time.monotonic() - begin:5.1f} s {rows[-1]}")
    sysctl("net/ipv4/ip_forward", 0)
    sh(f"modprobe -r {' '.join(reversed(drivers))} xhci_pci")
    expected = [" ".join(line.split()) for line in lines_of("nic-drivers.txt")]
    expected = [line for line in expected if line.startswith(f"{kernel()} ")]
    changed = [row for row in rows if row not in expected]
    assert (
        rows == expected
    ), "nic-drivers.txt has other lines than these of this kernel:\n" + "\n".join(changed or rows)
