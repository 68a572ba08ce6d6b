import { openLocalPlatform } from "../lib/platforms/local/platform.ts";
import { LocalWorker } from "../lib/platforms/local/worker.ts";

/** Fills the inbox and waits to be killed, or opens what was left and says when the first message is handled. */
const [, , folder = "", count = "0"] = process.argv;
const log = { debug() {}, info() {}, warn() {}, error: console.error };
const platform = openLocalPlatform({ folder, log });
if (Number(count) > 0) {
  const messages = Array.from({ length: Number(count) }, (_, index) => ({ queue: "inbox", body: `{"id":${index}}` }));
  await platform.queue.send(messages);
  await platform.ledger.durable();
  process.send?.("stored");
  setInterval(() => {}, 1_000);
} else {
  let told = false;
  const handler = async () => {
    if (!told) process.send?.("handled");
    told = true;
    return { kind: "acknowledge" } as const;
  };
  new LocalWorker({ platform, handlers: { inbox: handler } }).start();
}
