import type * as z from "zod/mini";
import type { Clock } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import { type Answered, type AwsService, escaped, type ServiceCall, type Window } from "../aws/service.ts";
import { type Checked, valueIn } from "../value.ts";
import { claimIn, expiryOf } from "./claim.ts";
import { iotRefusal, type Subject } from "./errors.ts";
import * as wire from "./wire.ts";

export interface IotClientOptions {
  readonly service: AwsService;
  readonly clock: Clock;
  /** Of the connection, for messages. */
  readonly name: string;
}

export interface IssuedClaim {
  readonly certificateId?: string | undefined;
  /** Absent when the answer held none that a device could use. */
  readonly content?: Secret | undefined;
  /** By our clock (ms since 1970). */
  readonly expiresAt: number;
  readonly requestId?: string | undefined;
}

type Asked = ServiceCall & Pick<Subject, "action">;

const templates = "/provisioning-templates";
export const templatePath = (templateName: string): string => `${templates}/${escaped(templateName)}`;
export const claimPath = (templateName: string): string => `${templatePath(templateName)}/provisioning-claim`;

/** Provisioning templates, and claims for them. */
export class IotClient {
  readonly #options: IotClientOptions;

  constructor(options: IotClientOptions) {
    this.#options = options;
  }

  /** @throws PermanentError, code `template-not-found` */
  describe(templateName: string, signal: AbortSignal) {
    const asked: Asked = {
      method: "GET",
      path: templatePath(templateName),
      about: `provisioning template ${templateName}`,
      operation: "describe-template",
      action: "iot:DescribeProvisioningTemplate",
    };
    return this.#read(asked, wire.templateSchema, signal);
  }

  /** One of them, or none: whether reading is allowed. */
  async listOne(signal: AbortSignal): Promise<boolean> {
    const asked: Asked = {
      method: "GET",
      path: `${templates}?maxResults=1`,
      about: "provisioning templates",
      operation: "list-templates",
      action: "iot:ListProvisioningTemplates",
    };
    return (await this.#read(asked, wire.templatesSchema, signal)).templates.length > 0;
  }

  /** Issues one more claim: exactly one request, and nothing can show its answer again. */
  async createClaim(templateName: string, window: Window, signal: AbortSignal): Promise<IssuedClaim> {
    const asked: Asked = {
      method: "POST",
      path: claimPath(templateName),
      about: `a provisioning claim for template ${templateName}`,
      operation: "create-provisioning-claim",
      action: "iot:CreateProvisioningClaim",
    };
    const answered = await this.#options.service.change(callOf(asked), window, signal);
    const { certificateId, expiration, ...parts } = this.#value(answered, asked, wire.claimSchema);
    const content = claimIn(parts);
    const { dateMs, requestId } = answered.answer;
    const expirationMs = expiration === undefined ? undefined : expiration * 1000;
    const expiresAt = expiryOf({ sentAtMs: answered.sentAtMs, expirationMs, dateMs });
    return { certificateId, content, expiresAt, requestId };
  }

  async #read<Schema extends z.core.$ZodType>(asked: Asked, schema: Checked<Schema>, signal: AbortSignal) {
    return this.#value(await this.#options.service.read(callOf(asked), signal), asked, schema);
  }

  #value<Schema extends z.core.$ZodType>(
    answered: Answered,
    { action }: Asked,
    schema: Checked<Schema>,
  ): z.output<Schema> {
    const { name, clock } = this.#options;
    if (answered.answer.status === 200) return valueIn(answered.answer, answered.call, schema);
    throw iotRefusal(answered, { name, action }, clock.wallMs());
  }
}

function callOf({ action: _action, ...call }: Asked): ServiceCall {
  return call;
}
