import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Time from starting the process again after SIGKILL to the first step that it carries out. */
export async function measureRestart(
  script: string,
  waiting: number,
): Promise<{ readonly firstStepMs: number; readonly waiting: number }> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  const first = fork(script, [join(folder, "data"), String(waiting)]);
  await once(first, "message");
  first.kill("SIGKILL");
  await once(first, "exit");
  const startedAt = performance.now();
  const second = fork(script, [join(folder, "data"), "0"]);
  await once(second, "message");
  const firstStepMs = performance.now() - startedAt;
  second.kill("SIGKILL");
  await once(second, "exit");
  rmSync(folder, { recursive: true });
  return { firstStepMs, waiting };
}
