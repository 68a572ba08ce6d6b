import { Hono } from "hono";
import type { ApplicationDependencies } from "../dependencies.ts";

/** What this interface is, for programs. Made when somebody asks for the first time: no start pays for it. */
export function openapiRoutes({ activity }: Pick<ApplicationDependencies, "activity">): Hono {
  const routes = new Hono();
  let made: string | undefined;
  routes.get("/openapi.json", async ({ body }) => {
    if (made === undefined) {
      const { openapiDocument } = await import("../openapi/document.ts");
      made = JSON.stringify(openapiDocument(activity().version));
    }
    return body(made, 200, { "content-type": "application/json" });
  });
  return routes;
}
