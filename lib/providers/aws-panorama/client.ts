import type * as z from "zod/mini";
import { PermanentError } from "../../contracts/errors.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { PanoramaDevice } from "../../contracts/requests/aws-panorama.ts";
import type { Secret } from "../../contracts/secret.ts";
import { unreadable } from "../answer.ts";
import { typeIn } from "../aws/refusals.ts";
import { type Answered, type AwsService, escaped, type ServiceCall, type Window } from "../aws/service.ts";
import { type Checked, valueIn } from "../value.ts";
import { archiveIn } from "./archive.ts";
import { panoramaRefusal, provider, type Subject } from "./errors.ts";
import * as wire from "./wire.ts";

export interface PanoramaClientOptions {
  readonly service: AwsService;
  readonly clock: Clock;
  /** Of the connection, for messages. */
  readonly name: string;
  /** Pages of one list that are read at most. */
  readonly listPages: number;
}

export interface Provisioned {
  readonly id: string;
  readonly arn?: string | undefined;
  readonly thingName?: string | undefined;
  readonly status?: string | undefined;
  /** Absent when the answer held none that an appliance could read. */
  readonly archive?: Secret | undefined;
  /** By our clock, right before the request went out (ms since 1970). */
  readonly sentAtMs: number;
  readonly requestId?: string | undefined;
}

export const devicesPath = "/devices";
/** The model's bound. */
const pageSize = 25;

type Asked = ServiceCall & Omit<Subject, "name">;

/** The operations around a device. Reads may be repeated; each change is exactly one request. */
export class PanoramaClient {
  readonly #options: PanoramaClientOptions;

  constructor(options: PanoramaClientOptions) {
    this.#options = options;
  }

  /** Makes one more device, whatever devices there are: nothing makes a repeated call the same one. */
  async provision(device: PanoramaDevice, window: Window, signal: AbortSignal): Promise<Provisioned> {
    const asked: Asked = {
      method: "POST",
      path: devicesPath,
      about: `a new device ${device.Name}`,
      operation: "provision-device",
      action: "panorama:ProvisionDevice and panorama:TagResource",
      body: { contentType: "application/json", text: JSON.stringify(device) },
      conflict: { code: "conflict", advice: "delete the device that has the name, or choose another one" },
    };
    const answered = await this.#options.service.change(callOf(asked), window, signal);
    const { Certificates, DeviceId: id, ...rest } = this.#value(answered, asked, wire.provisionedSchema);
    const archive = archiveIn(Certificates);
    if (id === undefined) throw unreadable(answered.answer, answered.call, "a device without an id");
    return {
      id,
      arn: rest.Arn,
      thingName: rest.IotThingName,
      status: rest.Status,
      archive,
      sentAtMs: answered.sentAtMs,
      requestId: answered.answer.requestId,
    };
  }

  /** Undefined when there is none of that id. Shortly after it was made, or changed, it may be a moment behind. */
  async describe(id: string, signal: AbortSignal) {
    const asked: Asked = {
      method: "GET",
      path: devicePath(id),
      about: `device ${id}`,
      operation: "describe-device",
      action: "panorama:DescribeDevice",
    };
    const answered = await this.#options.service.read(callOf(asked), signal);
    if (isMissing(answered)) return undefined;
    const device = this.#value(answered, asked, wire.deviceSchema);
    if (device.DeviceId !== undefined && device.DeviceId !== id) {
      throw unreadable(answered.answer, answered.call, "an answer about another device", "mismatch");
    }
    const { requestId, show } = answered.answer;
    return { device, show, ...(requestId === undefined ? {} : { requestId }) };
  }

  /** Those of exactly this name: the service's filter takes what merely begins with it too. A list that is not complete is none. */
  async listNamed(name: string, signal: AbortSignal): Promise<readonly wire.ListedDevice[]> {
    const found: wire.ListedDevice[] = [];
    const seen = new Set<string>();
    let token: string | undefined;
    for (let page = 1; page <= this.#options.listPages; page += 1) {
      const asked = listing(`devices named ${name}`, listQuery(name, token));
      const answered = await this.#options.service.read(callOf(asked), signal);
      const { Devices, NextToken } = this.#value(answered, asked, wire.devicesSchema);
      found.push(...Devices.filter((device) => device.Name === name));
      if (!NextToken) return found;
      if (seen.has(NextToken)) throw unreadable(answered.answer, answered.call, "a page that was read already", "loop");
      seen.add(NextToken);
      token = NextToken;
    }
    throw new PermanentError(
      `Expected the devices named ${name} on at most ${this.#options.listPages} pages, got more: the list cannot be used without being complete`,
      { code: "too-many-pages", provider, operation: "list-devices" },
    );
  }

  /** One of them, or none: whether listing is allowed. */
  async listOne(signal: AbortSignal): Promise<readonly wire.ListedDevice[]> {
    const asked = listing("devices", "?MaxResults=1");
    return this.#value(await this.#options.service.read(callOf(asked), signal), asked, wire.devicesSchema).Devices;
  }

  /** Undefined when the answer does not say. */
  async tagsOf(arn: string, signal: AbortSignal): Promise<Readonly<Record<string, string>> | undefined> {
    const asked: Asked = {
      method: "GET",
      path: `/tags/${escaped(arn)}`,
      about: `the tags of ${arn}`,
      operation: "list-tags",
      action: "panorama:ListTagsForResource",
    };
    const answered = await this.#options.service.read(callOf(asked), signal);
    return isMissing(answered) ? undefined : this.#value(answered, asked, wire.tagsSchema).Tags;
  }

  /** What is gone already is fine. */
  async remove(id: string, window: Window, signal: AbortSignal): Promise<{ readonly requestId?: string }> {
    const asked: Asked = {
      method: "DELETE",
      path: devicePath(id),
      about: `the deletion of device ${id}`,
      operation: "delete-device",
      action: "panorama:DeleteDevice",
      conflict: { code: "in-use", advice: "applications run on it, or it is being deleted already" },
    };
    const answered = await this.#options.service.change(callOf(asked), window, signal);
    if (!isMissing(answered)) this.#value(answered, asked, wire.removedSchema);
    const { requestId } = answered.answer;
    return requestId === undefined ? {} : { requestId };
  }

  #value<Schema extends z.core.$ZodType>(
    answered: Answered,
    { action, conflict }: Asked,
    schema: Checked<Schema>,
  ): z.output<Schema> {
    const { name, clock } = this.#options;
    if (answered.answer.status === 200) return valueIn(answered.answer, answered.call, schema);
    throw panoramaRefusal(answered, { name, action, ...(conflict === undefined ? {} : { conflict }) }, clock.wallMs());
  }
}

const devicePath = (id: string) => `${devicesPath}/${escaped(id)}`;

export function listQuery(name: string, token?: string): string {
  const next = token === undefined ? "" : `&NextToken=${escaped(token)}`;
  return `?MaxResults=${pageSize}&NameFilter=${escaped(name)}${next}`;
}

function listing(about: string, query: string): Asked {
  const action = "panorama:ListDevices";
  return { method: "GET", path: `${devicesPath}${query}`, about, operation: "list-devices", action };
}

function callOf({ action: _action, conflict: _conflict, ...call }: Asked): ServiceCall {
  return call;
}

/** The service's own word: a gateway's 404 says nothing about a device. */
function isMissing({ answer }: Answered): boolean {
  return answer.status === 404 && typeIn(answer) === "ResourceNotFoundException";
}
