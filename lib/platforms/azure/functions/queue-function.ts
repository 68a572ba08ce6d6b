import type { StorageQueueHandler } from "@azure/functions";
import type { MessageHandler } from "../../../contracts/ports.ts";
import { asInvocation } from "./invocations.ts";
import type { FunctionParts } from "./parts.ts";

/** A function behind one queue. What it works with is loaded with its first message: one app registers the functions of all. */
export const queueFunction =
  (parts: FunctionParts, queue: string, open: () => Promise<MessageHandler>): StorageQueueHandler =>
  (item, invocation) =>
    asInvocation(invocation, async () => {
      const { receive } = await import("./receive.ts");
      await receive(parts, { queue, item, invocation }, open);
    });
