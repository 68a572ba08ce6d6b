import { runEngine } from "./engine.ts";
import { httpProvider, runBareLoop, startProviderProcess } from "./http-provider.ts";
import type { Measured } from "./measure.ts";
import { runMinimalLoop } from "./minimal-loop.ts";
import { createStubProvider } from "./stub-provider.ts";

/** One loop in this process, started by bench/main.ts, so that its memory and processor time are its own. */
export const loops = ["bare", "engine-http", "minimal", "engine"] as const;
export type Loop = (typeof loops)[number];

const inFlight = 64;

async function run(loop: Loop, operations: number): Promise<Measured> {
  if (loop === "minimal") return runMinimalLoop(operations, inFlight);
  if (loop === "engine") return runEngine({ operations, inFlight, provider: () => createStubProvider() });
  const provider = await startProviderProcess();
  try {
    return loop === "bare"
      ? await runBareLoop(provider.url, operations, inFlight)
      : await runEngine({ operations, inFlight, provider: httpProvider(provider.url) });
  } finally {
    provider.stop();
  }
}

const [, , loop, operations] = process.argv;
if (process.send) process.send(await run(loop as Loop, Number(operations)));
