// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;

/** Deletes DropProbeNodes. */
final class ReportDeletion {
  private final KubernetesClient client;

  ReportDeletion(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Deletes each report, unless its agent has written it in the meantime. Such a report is left for
   * the next pass, which its change triggers.
   *
   * @throws KubernetesClientException if the API server can't be reached or refuses
   */
  void all(List<DropProbeNode> reports) {
    for (DropProbeNode report : reports) {
      try {
        client
            .resources(DropProbeNode.class)
            .resource(report)
            .lockResourceVersion(report.getMetadata().getResourceVersion())
            .delete();
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT
            && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
          throw e;
        }
      }
    }
  }
}
