// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import io.dropprobe.api.schema.Group;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** What the user wants to count, and the result for the whole cluster. Cluster-scoped. */
@io.fabric8.kubernetes.model.annotation.Group(Group.NAME)
@Version("v1alpha1")
@ShortNames("dprobe")
@ValidationRule(
    value = "size(self.metadata.name) <= 63",
    messageExpression =
        "'metadata.name must be at most 63 characters (it is the probe\\'s name in the kernel too),"
            + " got %d'.format([size(self.metadata.name)])")
@AdditionalPrinterColumn(
    name = "State",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(name = "Nodes", jsonPath = ".status.nodes.selected", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.nodes.ready", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Lost", jsonPath = ".status.packets.lost", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Lost/s", jsonPath = ".status.packets.lostPerSecond")
@AdditionalPrinterColumn(
    name = "Refused",
    jsonPath = ".status.packets.refused",
    type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Top-Cause", jsonPath = ".status.summary.topCause")
@AdditionalPrinterColumn(
    name = "Noise",
    jsonPath = ".status.packets.noise",
    type = Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Unclear",
    jsonPath = ".status.packets.unclear",
    type = Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Last-Loss",
    jsonPath = ".status.packets.lastLoss",
    type = Type.DATE,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Unsupported",
    jsonPath = ".status.nodes.unsupported",
    type = Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class DropProbe extends CustomResource<DropProbeSpec, DropProbeStatus> {
  private static final long serialVersionUID = 1;

  @Override
  protected DropProbeSpec initSpec() {
    return new DropProbeSpec();
  }
}
