import { epochSeconds, restJson } from "../aws/rest-json.ts";
import type { Answer } from "../exchange/answer.ts";
import type { Call } from "../exchange/call.ts";
import { invalidRequest, templateNotFound } from "./errors.ts";
import type { ProvisioningTemplate, World } from "./world.ts";

export interface RoutedCall extends Call {
  readonly world: World;
  readonly params: ReadonlyMap<string, string>;
}

/** The template that the path names, or the refusal. */
export function templateOf({ world, params }: RoutedCall): ProvisioningTemplate | Answer {
  const name = params.get("templateName") ?? "";
  if (!/^[0-9A-Za-z_-]{1,36}$/.test(name)) {
    return invalidRequest(
      `1 validation error detected: Value '${name}' at 'templateName' failed to satisfy constraint`,
    );
  }
  return world.templates.get(name) ?? templateNotFound(name);
}

export function describeTemplate(call: RoutedCall): Answer {
  const template = templateOf(call);
  if ("headers" in template) return template;
  const { body, roleArn } = template;
  return restJson({ ...summary(template), defaultVersionId: 1, templateBody: body, provisioningRoleArn: roleArn });
}

/** In order of their names. */
export function listTemplates({ world, url }: RoutedCall): Answer {
  const [given, token] = [url.searchParams.get("maxResults"), url.searchParams.get("nextToken")];
  if (given !== null && !/^([1-9]\d?|1\d\d|2[0-4]\d|250)$/.test(given)) {
    return invalidRequest("maxResults must be from 1 to 250");
  }
  const after = token === null ? "" : Buffer.from(token, "base64url").toString();
  if (token !== null && !/^after:/.test(after)) return invalidRequest("nextToken is not valid");
  const names = [...world.templates.keys()].sort().filter((name) => token === null || name > after.slice(6));
  const page = names.slice(0, Number(given ?? world.settings.pageSize));
  const nextToken = names.length > page.length ? Buffer.from(`after:${page.at(-1)}`).toString("base64url") : null;
  return restJson({
    templates: page.flatMap((name) => world.templates.get(name) ?? []).map(summary),
    ...(nextToken === null ? {} : { nextToken }),
  });
}

function summary({ arn, name, description, createdAtMs, modifiedAtMs, enabled }: ProvisioningTemplate): object {
  return {
    templateArn: arn,
    templateName: name,
    ...(description === null ? {} : { description }),
    creationDate: epochSeconds(createdAtMs),
    lastModifiedDate: epochSeconds(modifiedAtMs),
    enabled,
    type: "FLEET_PROVISIONING",
  };
}
