import { openLocalPlatform } from "../../../../lib/platforms/local/platform.ts";
import { LocalWorker } from "../../../../lib/platforms/local/worker.ts";
import { silentLog } from "../manual-time.ts";

/**
 * Handles the messages of one queue. The body says what handling does: `kill` ends the process before anything else can happen,
 * `kill-later` after other work was stored, anything else is printed and acknowledged. Ends when nothing is ready any more.
 */
const platform = openLocalPlatform({ folder: process.argv[2] ?? "", log: silentLog });
const worker = new LocalWorker({
  platform,
  handlers: {
    async steps({ body, receives }) {
      process.stdout.write(`${body} ${receives}\n`);
      if (body === "kill") process.kill(process.pid, "SIGKILL");
      if (body === "kill-later") {
        await platform.queue.send([{ queue: "other", body: "made meanwhile", delayMs: 3_600_000 }]);
        await platform.ledger.durable();
        process.kill(process.pid, "SIGKILL");
      }
      return { kind: "acknowledge" };
    },
    async "steps-dead-letters"({ body }) {
      process.stdout.write(`dead ${body}\n`);
      return { kind: "acknowledge" };
    },
  },
});
worker.start();
await worker.idle();
await worker.stop();
await platform.close();
