import { Hono } from "hono";
import { InvalidInputError, NotFoundError } from "../../../lib/contracts/errors.ts";
import type { Vault } from "../../../lib/contracts/ports.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { secretBytes } from "../bodies.ts";
import { callerOf } from "../callers.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { boundedText } from "../input.ts";
import { refuseKept } from "../kept-secrets.ts";

/** Names of secrets. Their values come in and never go out. */
export function vaultRoutes({ vault, keptSecrets, ports }: ApplicationDependencies): Hono {
  const routes = new Hono();
  const local = (): Vault => {
    if (vault) return vault;
    throw new NotFoundError("Expected a vault of this machine, got a platform whose own vault holds the secrets");
  };
  routes.get("/vault", async ({ json }) => json({ names: [...(await local().names())].sort() }));

  routes.put("/vault/:name", async ({ req, json }) => {
    if (!/^text\/plain\b/i.test(req.header("content-type") ?? "")) {
      throw new InvalidInputError("Expected a secret as text/plain, got another content type", { code: "media-type" });
    }
    const name = req.param("name");
    refuseKept(keptSecrets, name);
    await local().put(name, new Secret(await boundedText(req.raw, secretBytes)));
    ports.log.info("a secret was stored", { name, by: callerOf(req.raw).name });
    return json({ name, stored: true });
  });

  routes.delete("/vault/:name", async ({ req, json }) => {
    const name = req.param("name");
    refuseKept(keptSecrets, name);
    if (!(await local().remove(name))) throw new NotFoundError("Expected a secret under that name, got none");
    ports.log.info("a secret was removed", { name, by: callerOf(req.raw).name });
    return json({ name, removed: true });
  });
  return routes;
}
