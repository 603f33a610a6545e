// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import io.dropprobe.api.schema.Group;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * The report of one node. Cluster-scoped; it has the name of its Node but no owner reference,
 * because its counts must outlive the Node until the operator has added them to {@code
 * status.retired}. It has no spec. Only that node's agent writes it: first the object, then {@code
 * status}, both by server-side apply.
 */
@io.fabric8.kubernetes.model.annotation.Group(Group.NAME)
@Version("v1alpha1")
@ShortNames("dpnode")
@AdditionalPrinterColumn(name = "Kernel", jsonPath = ".status.kernel.release")
@AdditionalPrinterColumn(name = "Module", jsonPath = ".status.module.state")
@AdditionalPrinterColumn(name = "Probes", jsonPath = ".status.activeProbes", type = Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Problem",
    jsonPath = ".status.conditions[?(@.status==\"False\")].reason")
@AdditionalPrinterColumn(name = "Reported", jsonPath = ".status.reportedAt", type = Type.DATE)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class DropProbeNode extends CustomResource<Void, DropProbeNodeStatus> {
  private static final long serialVersionUID = 1;
}
