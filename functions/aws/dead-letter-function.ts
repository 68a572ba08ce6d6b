import { onceDone } from "../../lib/platforms/aws/deferred.ts";
import { queueFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { recordDeadLetter } from "../record-dead-letter/step.ts";
import { type AwsHost, thisInstance } from "./host.ts";

/** What it cannot record stays in its dead-letter queue: there is no place behind one. */
export function deadLetterFunction(host: AwsHost = thisInstance) {
  const open = onceDone(async () => recordDeadLetter(host.platform(), (await host.configuration()).retainMs));
  return queueFunction(host.parts, open);
}
