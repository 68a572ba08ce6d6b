import { type Context, Hono } from "hono";
import { DroverError, InvalidInputError } from "../../../lib/contracts/errors.ts";
import type { JsonObject } from "../../../lib/contracts/json.ts";
import type { HeatOperator } from "../../../lib/providers/heat/index.ts";
import { configSchema, deploymentChangeSchema, heatBodyBytes } from "../bodies.ts";
import { callerOf } from "../callers.ts";
import { configured } from "../connection-lookup.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { createdOnce, withoutValues } from "../heat-answers.ts";
import { bodyAs, refuseUnknown } from "../input.ts";
import { queryNames, serverIdLength } from "../query.ts";

/** JSON has no undefined: a key that is there has a value. */
type Present<Value> = { readonly [Key in keyof Value]: Exclude<Value[Key], undefined> };

/** Writes down who has changed what: no operation does it here. */
type Told = <Answer>(context: Context, what: string, change: Promise<Answer>) => Promise<Answer>;

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
  const told: Told = async (context, what, change) => {
    const { id } = context.req.param();
    const about = {
      what,
      connection: context.req.param("name"),
      // Nothing else of what was sent belongs into a log.
      ...(id !== undefined && /^[\w-]{1,64}$/.test(id) ? { id } : {}),
      by: callerOf(context.req.raw).name,
    };
    try {
      const answer = await change;
      dependencies.ports.log.info("something was changed at a Heat by hand", about);
      return answer;
    } catch (error) {
      const code = error instanceof DroverError ? error.code : "defect";
      dependencies.ports.log.info("a change by hand at a Heat had no good answer", { ...about, code });
      throw error;
    }
  };
  addConfigs(routes, heat, told);
  addDeployments(routes, heat, told);
  return routes;
}

function addConfigs(routes: Hono, heat: HeatOf, told: Told): void {
  routes.get(configs, async (c) => c.json(await heat(c).configs.list(c.req.raw.signal)));

  routes.post(configs, async (c) => {
    const operator = heat(c);
    const body = await bodyAs(c.req.raw, configSchema, "a software config", heatBodyBytes);
    const created = createdOnce(operator.configs.create(body as JsonObject, c.req.raw.signal));
    return c.json(await told(c, "create-config", created), 201);
  });

  routes.get(`${configs}/:id`, async (c) =>
    c.json(withoutValues(await heat(c).configs.get(c.req.param("id"), c.req.raw.signal))),
  );

  routes.delete(`${configs}/:id`, async (c) => {
    const id = c.req.param("id");
    await told(c, "delete-config", heat(c).configs.delete(id, c.req.raw.signal));
    return c.json({ id, deleted: true });
  });
}

function addDeployments(routes: Hono, heat: HeatOf, told: Told): void {
  routes.get(deployments, async (c) => {
    const query = c.req.query();
    refuseUnknown(query, queryNames.heatDeployments);
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
    const change = await bodyAs(c.req.raw, deploymentChangeSchema, "a change of a deployment", heatBodyBytes);
    const { id } = c.req.param();
    const changed = operator.deployments.update(id, change as Present<typeof change>, c.req.raw.signal);
    return c.json(await told(c, "update-deployment", changed));
  });

  routes.delete(`${deployments}/:id`, async (c) => {
    const id = c.req.param("id");
    await told(c, "delete-deployment", heat(c).deployments.delete(id, c.req.raw.signal));
    return c.json({ id, deleted: true });
  });
}
