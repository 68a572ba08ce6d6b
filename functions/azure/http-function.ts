import { answerOf, requestOf } from "../../lib/platforms/azure/functions/http.ts";
import { httpFunction } from "../../lib/platforms/azure/functions/plain-functions.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import type { Place } from "./app.ts";

const eventsAt = "add a subscription to the Event Grid topic that DROVER_TOPIC_ENDPOINT names";
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** The application knows its callers itself, so that the host lets everybody through to it. OPTIONS is for who asks whether it may send. */
export function registerHttp({ app, host }: Place, name: string): void {
  const open = onceDone(async () =>
    (await import("../cloud/application.ts")).openApplication(await host.open(), eventsAt),
  );
  const handler = httpFunction(host.parts, async (request, signal) => {
    const application = await open();
    let asked: Request;
    try {
      asked = requestOf(request, signal);
    } catch {
      const { unreadableRequest } = await import("../cloud/unreadable-request.ts");
      return answerOf(unreadableRequest());
    }
    return answerOf(await application.fetch(asked));
  });
  app.http(name, { route: "{*path}", methods: [...methods], authLevel: "anonymous", handler });
}
