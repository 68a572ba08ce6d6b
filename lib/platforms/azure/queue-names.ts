import { ConfigurationError } from "../../contracts/errors.ts";
import { deadLetterQueueOf } from "../../contracts/ports.ts";
import type { Variables } from "./settings.ts";

/** Gives a queue's name in its account. @throws ConfigurationError for a name that no queue can have */
export type QueueNames = (queue: string) => string;

/** @see https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata */
const namePattern = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;
const prefixPattern = /^(?:[a-z0-9]+-)*$/;
const deadLetters = deadLetterQueueOf("");
/** Where the host puts what it gives up, and so where our own dead letters go. */
const poison = "-poison";

/**
 * `DROVER_QUEUE_PREFIX` is what all names begin with, e.g. `drover-prod-`; none when absent. A queue's dead letters are in its poison queue.
 * @throws ConfigurationError when it is malformed
 */
export function queueNames(variables: Variables): QueueNames {
  const prefix = variables["DROVER_QUEUE_PREFIX"] ?? "";
  if (!prefixPattern.test(prefix)) {
    throw new ConfigurationError(
      "Expected lower-case letters and digits and a dash at the end in DROVER_QUEUE_PREFIX, got something else: correct the app's settings",
      { code: "invalid-environment" },
    );
  }
  return (queue) => {
    const own = queue.endsWith(deadLetters) ? `${queue.slice(0, -deadLetters.length)}${poison}` : queue;
    const name = `${prefix}${own}`;
    if (namePattern.test(name)) return name;
    throw new ConfigurationError(
      "Expected a queue whose name has 3 to 63 lower-case letters, digits and dashes, got another one: correct DROVER_QUEUE_PREFIX",
      { code: "place-missing", provider: "storage-queues" },
    );
  };
}
