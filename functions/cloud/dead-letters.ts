import type { MessageHandler } from "../../lib/contracts/ports.ts";
import { recordDeadLetter } from "../record-dead-letter/step.ts";
import type { CloudHost } from "./host.ts";

/** What is behind every queue of dead letters. What it cannot record stays there: there is no place behind one. */
export async function openDeadLetters(host: CloudHost): Promise<MessageHandler> {
  return recordDeadLetter(host.platform(), (await host.configuration()).retainMs);
}
