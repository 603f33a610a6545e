// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFileBuilder;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Volumes of the agent's pod, and which container mounts which. */
final class AgentVolumes {
  /** Holds requests and answers, and every intermediate file of a build. */
  private static final String BUILD = "build";

  private static final String STATE = "state";
  private static final String SECURITYFS = "securityfs";
  private static final String POD_LOGS = "pod-logs";
  private static final String TOKEN = "token";
  private static final String TMP = "tmp";
  private static final String HOST_USR = "host-usr";
  private static final String HOST_MODULES = "host-modules";
  private static final long TOKEN_SECONDS = 3600;

  private AgentVolumes() {}

  static List<Volume> all() {
    return List.of(
        emptyDir(BUILD, "512Mi"),
        host(STATE, "/var/lib/dropprobe", "DirectoryOrCreate"),
        host(SECURITYFS, "/sys/kernel/security", null),
        // Created if missing: a node without it must not lose its agent.
        host(POD_LOGS, "/var/log/pods", "DirectoryOrCreate"),
        new VolumeBuilder()
            .withName(TOKEN)
            .withNewProjected()
            .withSources(token(), authority(), namespace())
            .endProjected()
            .build(),
        emptyDir(TMP, "64Mi"),
        host(HOST_USR, "/usr", null),
        host(HOST_MODULES, "/lib/modules", null));
  }

  static List<VolumeMount> ofAgent() {
    return List.of(
        mount(BUILD, "/build"),
        mount(STATE, "/var/lib/dropprobe"),
        readOnly(SECURITYFS, "/host/sys/kernel/security"),
        // The names of its directories hold the namespace and the UID of each pod.
        readOnly(POD_LOGS, "/host/var/log/pods"),
        readOnly(TOKEN, "/var/run/secrets/kubernetes.io/serviceaccount"),
        mount(TMP, "/tmp"));
  }

  /** The whole of /usr, because kernel headers link to other directories below it. */
  static List<VolumeMount> ofBuilder() {
    return List.of(
        mount(BUILD, "/build"),
        readOnly(HOST_USR, "/host/usr"),
        readOnly(HOST_MODULES, "/host/lib/modules"));
  }

  /** Mounted by hand, because automounting would give the token to both containers. */
  private static VolumeProjection token() {
    return new VolumeProjectionBuilder()
        .withNewServiceAccountToken()
        .withPath("token")
        .withExpirationSeconds(TOKEN_SECONDS)
        .endServiceAccountToken()
        .build();
  }

  private static VolumeProjection authority() {
    return new VolumeProjectionBuilder()
        .withNewConfigMap()
        .withName("kube-root-ca.crt")
        .withItems(new KeyToPath("ca.crt", null, "ca.crt"))
        .endConfigMap()
        .build();
  }

  private static VolumeProjection namespace() {
    return new VolumeProjectionBuilder()
        .withNewDownwardAPI()
        .withItems(
            new DownwardAPIVolumeFileBuilder()
                .withPath("namespace")
                .withNewFieldRef("v1", "metadata.namespace")
                .build())
        .endDownwardAPI()
        .build();
  }

  private static Volume emptyDir(String name, String limit) {
    return new VolumeBuilder()
        .withName(name)
        .withNewEmptyDir()
        .withSizeLimit(new Quantity(limit))
        .endEmptyDir()
        .build();
  }

  private static Volume host(String name, String path, @Nullable String type) {
    return new VolumeBuilder()
        .withName(name)
        .withNewHostPath()
        .withPath(path)
        .withType(type)
        .endHostPath()
        .build();
  }

  private static VolumeMount mount(String volume, String path) {
    return new VolumeMountBuilder().withName(volume).withMountPath(path).build();
  }

  private static VolumeMount readOnly(String volume, String path) {
    return new VolumeMountBuilder().withName(volume).withMountPath(path).withReadOnly(true).build();
  }
}
