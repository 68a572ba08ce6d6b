import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { plainFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { answerOf, requestOf } from "../../lib/platforms/aws/lambda/http.ts";
import { guardOf } from "../../lib/platforms/aws/lambda/time-guard.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import { openApplication } from "../cloud/application.ts";
import { unreadableRequest } from "../cloud/unreadable-request.ts";
import { type AwsHost, thisInstance } from "./host.ts";

const eventsAt = 'add a rule to the bus that DROVER_BUS_NAME names, for events whose source is "drover"';

export function httpFunction(host: AwsHost = thisInstance) {
  const open = onceDone(() => openApplication(host, eventsAt));
  return plainFunction(host.parts, async (event: APIGatewayProxyEventV2, context: Context) => {
    const application = await open();
    const { signal } = guardOf(context);
    let request: Request;
    try {
      request = requestOf(event, signal);
    } catch {
      return answerOf(unreadableRequest());
    }
    return answerOf(await application.fetch(request));
  });
}
