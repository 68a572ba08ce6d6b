import type { MessageHandler } from "../../lib/contracts/ports.ts";
import { acceptOptionsOf } from "../accept-options.ts";
import { acceptRequest } from "../accept-request/step.ts";
import type { CloudHost } from "./host.ts";

/** What is behind the inbox. */
export async function openAccept(host: CloudHost): Promise<MessageHandler> {
  return acceptRequest(acceptOptionsOf(await host.configuration(), host.platform()));
}
