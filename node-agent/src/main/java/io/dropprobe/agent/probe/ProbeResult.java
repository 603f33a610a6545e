// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Account;
import io.dropprobe.agent.kernel.CardErrors;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A desired probe after a pass.
 *
 * @param observed the probe in the kernel, if this node owns it; null means that it does not
 * @param account what this node has counted for the probe's series; null means that it never
 *     counted
 * @param errors what network cards and XDP programs could not handle while the probe counted; null
 *     means unknown
 */
public record ProbeResult(
    DesiredProbe desired,
    Verdict verdict,
    @Nullable ProbeSnapshot observed,
    @Nullable Account account,
    @Nullable List<CardErrors> errors) {}
