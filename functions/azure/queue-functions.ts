import { deadLetterQueueOf, inboxQueue, type MessageHandler } from "../../lib/contracts/ports.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import type { Step } from "../../lib/operations/step.ts";
import { queueFunction } from "../../lib/platforms/azure/functions/queue-function.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import { type Place, queueConnection } from "./app.ts";

function onQueue(place: Place, name: string, queue: string, open: () => Promise<MessageHandler>): void {
  const { app, host, queueName } = place;
  const handler = queueFunction(host.parts, queue, open);
  app.storageQueue(name, { queueName: queueName(queue), connection: queueConnection, handler });
}

/** A step behind the queue of its name. */
export function registerStep(place: Place, name: string, load: () => Promise<Step<DeploymentProvider>>): void {
  const open = onceDone(async () => {
    const [{ openStep }, step] = await Promise.all([import("../cloud/one-step.ts"), load()]);
    const host = await place.host.open();
    return openStep(step, host, host.providers);
  });
  onQueue(place, name, name, open);
}

export function registerInbox(place: Place, name: string): void {
  const open = onceDone(async () => (await import("../cloud/accept.ts")).openAccept(await place.host.open()));
  onQueue(place, name, inboxQueue, open);
}

/** One function for each queue: a trigger has one queue. They share what they open. */
export function registerDeadLetters(place: Place, name: string): void {
  const open = onceDone(async () =>
    (await import("../cloud/dead-letters.ts")).openDeadLetters(await place.host.open()),
  );
  for (const queue of place.queues) onQueue(place, `${name}-${queue}`, deadLetterQueueOf(queue), open);
}
