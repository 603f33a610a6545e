// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.Match;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** DropProbes as a user applies them. */
public final class TestProbe {
  private TestProbe() {}

  /** A DropProbe that selects every Linux node and counts everything. */
  public static DropProbe probe(String name, String uid) {
    DropProbe p = new DropProbe();
    p.setMetadata(new ObjectMetaBuilder().withName(name).withUid(uid).withGeneration(1L).build());
    p.getSpec().active = true;
    p.getSpec().reportInterval = "30s";
    return p;
  }

  /** Its next generation: a new object with a changed spec. */
  public static DropProbe changed(DropProbe p, Consumer<DropProbe> change) {
    DropProbe next = probe(p.getMetadata().getName(), p.getMetadata().getUid());
    next.getMetadata().setGeneration(p.getMetadata().getGeneration() + 1);
    next.getMetadata().setCreationTimestamp(p.getMetadata().getCreationTimestamp());
    next.getSpec().active = p.getSpec().active;
    next.getSpec().match = p.getSpec().match;
    next.getSpec().stages = p.getSpec().stages;
    next.getSpec().nodeSelector = p.getSpec().nodeSelector;
    next.getSpec().duration = p.getSpec().duration;
    next.setStatus(new DropProbeStatus());
    change.accept(next);
    return next;
  }

  /** A match for ports. */
  public static Match ports(Integer... ports) {
    Match m = new Match();
    m.ports = List.of(ports);
    return m;
  }

  /** Selects nodes with a label that the test node does not have. */
  public static Consumer<DropProbe> elsewhere() {
    return p -> p.getSpec().nodeSelector = Map.of("zone", "b");
  }
}
