import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { InvalidInputError } from "../../../lib/contracts/errors.ts";
import type { JsonObject } from "../../../lib/contracts/json.ts";
import { deploymentStatuses, heatDeploy, softwareConfig } from "../../../lib/contracts/requests/heat.ts";
import type { HeatOperator } from "../../../lib/providers/heat/index.ts";
import { callerOf } from "../callers.ts";
import { configured } from "../connection-lookup.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { createdOnce, withoutValues } from "../heat-answers.ts";
import { bodyAs, refuseUnknown } from "../input.ts";

/** What Heat itself takes at most. */
const maxBodyBytes = 1024 * 1024;
const serverIdLength = 36;

/** As for a request, except that Heat's own default group is fine: whoever makes a config by hand may give it one elsewhere. */
const configSchema = z.extend(softwareConfig, {
  config: z.optional(z.string()),
  group: z.optional(z.union([z.literal("Heat::Ungrouped"), softwareConfig.shape.group])),
});
const { status_reason } = heatDeploy.deployment.shape;
const changeSchema = z
  .strictObject({
    status: z.optional(z.enum(deploymentStatuses)),
    status_reason,
    output_values: z.optional(z.record(z.string(), z.json())),
  })
  .check(z.refine((change) => Object.keys(change).length > 0, "expected status, status_reason or output_values"));

/** JSON has no undefined: a key that is there has a value. */
type Present<Value> = { readonly [Key in keyof Value]: Exclude<Value[Key], undefined> };

type HeatOf = (context: Context) => HeatOperator;

const configs = "/connections/:name/heat/software-configs";
const deployments = "/connections/:name/heat/deployments";

/**
 * Calls of a Heat for people. They act at once: no operation is made, nothing is written down, and nothing is repeated when an answer is
 * lost.
 */
export function heatRoutes(dependencies: ApplicationDependencies): Hono {
  const heat: HeatOf = ({ req }) => {
    const name = req.param("name") ?? "";
    configured(dependencies, callerOf(req.raw), name);
    return dependencies.providers.heat(name);
  };
  const routes = new Hono();
  addConfigs(routes, heat);
  addDeployments(routes, heat);
  return routes;
}

function addConfigs(routes: Hono, heat: HeatOf): void {
  routes.get(configs, async (c) => c.json(await heat(c).configs.list(c.req.raw.signal)));

  routes.post(configs, async (c) => {
    const operator = heat(c);
    const body = await bodyAs(c.req.raw, configSchema, "a software config", maxBodyBytes);
    return c.json(await createdOnce(operator.configs.create(body as JsonObject, c.req.raw.signal)), 201);
  });

  routes.get(`${configs}/:id`, async (c) =>
    c.json(withoutValues(await heat(c).configs.get(c.req.param("id"), c.req.raw.signal))),
  );

  routes.delete(`${configs}/:id`, async (c) => {
    const id = c.req.param("id");
    await heat(c).configs.delete(id, c.req.raw.signal);
    return c.json({ id, deleted: true });
  });
}

function addDeployments(routes: Hono, heat: HeatOf): void {
  routes.get(deployments, async (c) => {
    const query = c.req.query();
    refuseUnknown(query, ["server"]);
    const { server } = query;
    if (server !== undefined && (server === "" || server.length > serverIdLength)) {
      throw new InvalidInputError(
        `Expected server as an id of at most ${serverIdLength} characters, got another value`,
        {
          code: "invalid-parameter",
        },
      );
    }
    return c.json(await heat(c).deployments.list(server, c.req.raw.signal));
  });

  routes.get(`${deployments}/:id`, async (c) =>
    c.json(await heat(c).deployments.show(c.req.param("id"), c.req.raw.signal)),
  );

  routes.put(`${deployments}/:id`, async (c) => {
    const operator = heat(c);
    const change = await bodyAs(c.req.raw, changeSchema, "a change of a deployment", maxBodyBytes);
    const { id } = c.req.param();
    return c.json(await operator.deployments.update(id, change as Present<typeof change>, c.req.raw.signal));
  });

  routes.delete(`${deployments}/:id`, async (c) => {
    const id = c.req.param("id");
    await heat(c).deployments.delete(id, c.req.raw.signal);
    return c.json({ id, deleted: true });
  });
}
