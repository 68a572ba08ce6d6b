import { randomBytes } from "node:crypto";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { type Cli, describedCommand, runs } from "../command.ts";

export function clientsCommand(cli: Cli) {
  const group = describedCommand("clients", "Credentials of those who ask over HTTP", "drover clients token");
  const token = describedCommand(
    "token",
    "Make a bearer token for a client, and the hash that stands for it in drover.json",
    "drover clients token",
  );
  group.addCommand(
    runs(cli, token, async (context) => {
      const made = randomBytes(32).toString("base64url");
      const hash = `sha256:${sha256Hex(made)}`;
      context.data({ token: made, hash });
      context.lines([
        `token  ${made}`,
        `hash   ${hash}`,
        "The token is shown once: give it to the client. The hash goes into clients.NAME.auth.tokens.",
      ]);
      return undefined;
    }),
  );
  const secret = describedCommand(
    "secret",
    "Make a Standard Webhooks secret for a client that signs its requests",
    "drover clients secret | drover vault put ci-webhook",
  );
  group.addCommand(
    runs(cli, secret, async (context) => {
      const made = `whsec_${randomBytes(32).toString("base64")}`;
      context.data({ secret: made });
      context.lines([made]);
      return undefined;
    }),
  );
  return group;
}
