// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which frees are a driver's, by docs/decisions/0108-who-freed-it.md. */
class InterfacesTest {
  private static final String TWO =
      """
      iface netns=1 ifindex=1 name=lo
      iface netns=1 ifindex=2 name=eth0 driver=vmxnet3 module=vmxnet3
      iface netns=1 ifindex=3 name=eth1 driver=vif module=xen_netfront
      iface netns=7 ifindex=2 name=eth0 kind=veth peer-netns=1
      end records=4
      """;

  private static final Interfaces.Id ETH0 = new Interfaces.Id("1", 2);
  private static final Interfaces.Id ETH1 = new Interfaces.Id("1", 3);
  private static final Interfaces.Id VETH = new Interfaces.Id("7", 2);

  @Test
  void functionOfDriversModuleIsTheDrivers() {
    Interfaces i = Interfaces.parse(TWO);
    assertEquals("vmxnet3", i.driverOf("vmxnet3_tq_tx_complete", "vmxnet3", ETH0));
    assertEquals("vmxnet3", i.driverOf("vmxnet3_tq_tx_complete", "vmxnet3", Interfaces.Id.NONE));
    assertEquals("vif", i.driverOf("xennet_start_xmit", "xen_netfront", VETH));
    assertNull(i.driverOf("nft_do_chain", "nf_tables", ETH0));
    assertNull(i.driverOf("tcp_v4_rcv", null, ETH0));
  }

  @Test
  void interfaceDecidesWhereOneFunctionFreesForAllDrivers() {
    Interfaces i = Interfaces.parse(TWO);
    assertEquals("vmxnet3", i.driverOf("net_tx_action", null, ETH0));
    assertEquals("vif", i.driverOf("dev_kfree_skb_any_reason", null, ETH1));
    assertNull(i.driverOf("net_tx_action", null, VETH), "it has no hardware");
    assertNull(i.driverOf("net_tx_action", null, Interfaces.Id.NONE), "it may be either");
  }

  /** Or a sum would change its meaning when its cells are folded. */
  @Test
  void onlyDriverOfNodeNeedsNoInterface() {
    Interfaces i =
        Interfaces.parse(
            """
            iface netns=1 ifindex=2 name=eth0 driver=tulip
            iface netns=1 ifindex=3 name=eth1 driver=tulip
            end records=2
            """);
    assertEquals("tulip", i.driverOf("net_tx_action", null, Interfaces.Id.NONE));
  }

  /** A pod can make any number of interfaces; the agent's heap has 48 MiB. */
  @Test
  void interfacesWithoutDriverAreCountedButNotKept() {
    String virtual = "iface netns=7 ifindex=3 name=a=b kind=dummy\n".repeat(3);
    assertEquals(
        List.of(),
        ProcRecord.complete(virtual + "end records=3\n", "list", l -> l.contains(" driver=")));
    assertThrows(TruncatedReadException.class, () -> Interfaces.parse(virtual + "end records=2\n"));
  }

  @Test
  void refusesTruncatedList() {
    assertEquals(Interfaces.NONE, Interfaces.parse(""));
    assertThrows(
        TruncatedReadException.class,
        () -> Interfaces.parse(TWO.replace("records=4", "records=5")));
    assertThrows(TruncatedReadException.class, () -> Interfaces.parse("iface netns=1 ifindex=1\n"));
  }
}
