import { list, structure, text } from "../aws/constraints.ts";
import { restJson } from "../aws/rest-json.ts";
import type { Answer } from "../exchange/answer.ts";
import { deviceToChange, deviceToRead, type FoundDevice, param, type RoutedCall } from "./call.ts";
import { change, note } from "./devices.ts";
import { invalid, notFound } from "./errors.ts";
import { tagsOf } from "./provision.ts";
import { tagsRule } from "./provision-rules.ts";

const ARN = /^arn:[a-z0-9][-.a-z0-9]{0,62}:panorama:([a-z0-9-]+):(\d{12}):device\/([a-zA-Z0-9\-_]+)$/;
const MAX_TAGS = 50;

const tagRule = structure({ Tags: tagsRule });
const keysRule = list({ min: 1, max: MAX_TAGS }, text({ min: 1, max: 128 }, /^.+$/));

export function listTags(call: RoutedCall): Answer {
  const found = resource(call, (id) => deviceToRead(call, id));
  return "headers" in found ? found : restJson({ Tags: found.facts.tags });
}

/** The tags of the request are added to those that are there. */
export function tagResource(call: RoutedCall): Answer {
  const { world, input, atMs } = call;
  const problems = tagRule(input, "");
  if (problems.length > 0) return invalid(problems);
  const found = resource(call, (id) => deviceToChange(world, id));
  if ("headers" in found) return found;
  const tags = { ...found.facts.tags, ...tagsOf(input["Tags"]) };
  const Message = `The resource would have more than ${MAX_TAGS} tags`;
  if (Object.keys(tags).length > MAX_TAGS) return invalid([{ Name: "Tags", Message }]);
  change(found.device, { tags }, atMs);
  note(world, atMs, "tagged", found.device, "caller", { tags });
  return restJson({});
}

/** Keys that are not there are no mistake. */
export function untagResource(call: RoutedCall): Answer {
  const { world, url, atMs } = call;
  const keys = url.searchParams.getAll("tagKeys");
  const problems = keysRule(keys, "TagKeys");
  if (problems.length > 0) return invalid(problems);
  const found = resource(call, (id) => deviceToChange(world, id));
  if ("headers" in found) return found;
  const tags = Object.fromEntries(Object.entries(found.facts.tags).filter(([key]) => !keys.includes(key)));
  change(found.device, { tags }, atMs);
  note(world, atMs, "untagged", found.device, "caller", { keys });
  return restJson({});
}

function resource(call: RoutedCall, find: (id: string) => FoundDevice | Answer): FoundDevice | Answer {
  const arn = param(call, "ResourceArn");
  const [, region, accountId, id] = ARN.exec(arn) ?? [];
  if (id === undefined) return invalid([{ Name: "ResourceArn", Message: "The ARN is not one of a device" }]);
  const { settings } = call.world;
  return region === settings.region && accountId === settings.accountId ? find(id) : notFound("device", arn);
}
