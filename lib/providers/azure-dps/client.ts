import type * as z from "zod/mini";
import { Secret } from "../../contracts/secret.ts";
import { type Checked, valueIn } from "../value.ts";
import type { Answered, Arm, ArmCall, Window } from "./arm.ts";
import { type Accepted, acceptedOf, get, ofCertificate, ofService, pages, services } from "./calls.ts";
import { certificateBody } from "./certificate-body.ts";
import type { ServiceDocument } from "./document.ts";
import type { TrustedOrigins } from "./links.ts";
import { readPages } from "./paging.ts";
import type { Paths, Where } from "./paths.ts";
import { bodyOf } from "./service-body.ts";
import * as wire from "./wire.ts";

export interface DpsClientOptions {
  readonly arm: Arm;
  readonly paths: Paths;
  readonly apiVersion: string;
  readonly trusted: TrustedOrigins;
  /** Pages of one list that are read at most. */
  readonly maxPages: number;
}

export type { Accepted };

export interface ChangeOptions extends Window {
  /** Absent: whatever is there now is replaced. */
  readonly etag?: string | undefined;
}
/** Certificates want the ETag of what they change. */
export interface CertificateChangeOptions extends Window {
  readonly etag: string;
}

/** The 18 operations of the management API. Reads may be repeated; each change is exactly one request. */
export class DpsClient {
  readonly #options: DpsClientOptions;

  constructor(options: DpsClientOptions) {
    this.#options = options;
  }

  get apiVersion(): string {
    return this.#options.apiVersion;
  }

  operations(signal: AbortSignal): Promise<readonly wire.ListedOperation[]> {
    const { operations: url } = this.#options.paths;
    const call = get(url, "the operations of Microsoft.Devices", "list-operations", `${services}/read`);
    return this.#all(call, pages.operations, signal);
  }

  nameAvailability(name: string, signal: AbortSignal): Promise<wire.NameAvailability> {
    const { nameAvailability: url } = this.#options.paths;
    const action = "checkProvisioningServiceNameAvailability/action";
    const call = get(url, `whether the name ${name} is free`, "check-name-availability", action);
    const body = { contentType: "application/json", text: JSON.stringify({ name }) };
    return this.#one({ ...call, method: "POST", body }, wire.nameAvailabilitySchema, signal);
  }

  servicesOfSubscription(signal: AbortSignal): Promise<readonly wire.ServiceDescription[]> {
    const { services: url } = this.#options.paths;
    return this.#all(
      get(url, "the services of the subscription", "list-services", `${services}/read`),
      pages.services,
      signal,
    );
  }

  servicesOf(resourceGroup: string, signal: AbortSignal): Promise<readonly wire.ServiceDescription[]> {
    const url = this.#options.paths.servicesOf(resourceGroup);
    const about = `the services of resource group ${resourceGroup}`;
    return this.#all(get(url, about, "list-services", `${services}/read`), pages.services, signal);
  }

  /** Without keys. @param apiVersion another one than the connection's, to see what that one does not show */
  service(where: Where, signal: AbortSignal, apiVersion?: string): Promise<wire.ServiceDescription> {
    const url = this.#options.paths.service(where, apiVersion);
    return this.#one(ofService(where, "read-service", url), wire.serviceSchema, signal);
  }

  keys(where: Where, signal: AbortSignal): Promise<readonly wire.ListedPolicy[]> {
    const about = `the keys of service ${where.service}`;
    const call = get(this.#options.paths.keys(where), about, "list-keys", `${services}/listkeys/action`);
    return this.#all({ ...call, method: "POST", missing: "service-not-found" }, pages.policies, signal);
  }

  key(where: Where, keyName: string, signal: AbortSignal): Promise<wire.ListedPolicy> {
    const about = `the keys of policy ${keyName} of service ${where.service}`;
    const call = get(this.#options.paths.key(where, keyName), about, "read-key", `${services}/keys/listkeys/action`);
    return this.#one({ ...call, method: "POST", missing: "policy-not-found" }, wire.policySchema, signal);
  }

  async certificates(where: Where, signal: AbortSignal): Promise<readonly wire.Certificate[]> {
    const about = `the certificates of service ${where.service}`;
    const call = get(
      this.#options.paths.certificates(where),
      about,
      "list-certificates",
      `${services}/certificates/read`,
    );
    return (await this.#one({ ...call, missing: "service-not-found" }, wire.certificatesSchema, signal)).value;
  }

  certificate(where: Where, name: string, signal: AbortSignal): Promise<wire.Certificate> {
    const url = this.#options.paths.certificate(where, name);
    return this.#one(ofCertificate(where, name, "read-certificate", url), wire.certificateSchema, signal);
  }

  skus(where: Where, signal: AbortSignal): Promise<readonly wire.Sku[]> {
    const call = get(
      this.#options.paths.skus(where),
      `the SKUs of service ${where.service}`,
      "list-skus",
      `${services}/skus/read`,
    );
    return this.#all({ ...call, missing: "service-not-found" }, pages.skus, signal);
  }

  operationResult(where: Where, operationId: string, signal: AbortSignal): Promise<wire.OperationResult> {
    const url = this.#options.paths.operationResult(where, operationId);
    const about = `an operation's result of service ${where.service}`;
    const call = get(url, about, "read-operation-result", `${services}/operationresults/read`);
    return this.#one(call, wire.operationResultSchema, signal);
  }

  /** What a status URL answers. The URL has been checked (see links.ts). */
  followed(where: Where, url: Secret, signal: AbortSignal): Promise<Answered> {
    const about = `the change of service ${where.service}`;
    const call = get(url.reveal(), about, "read-status", `${services}/operationresults/read`);
    // A text that repeats the query alone would still open the result.
    const urlSecrets = [url, new Secret(new URL(url.reveal()).search.slice(1))];
    return this.#options.arm.read({ ...call, expected: [200, 201, 202, 204], urlSecrets }, signal);
  }

  /** Creates or replaces the service as a whole. The ETag goes as a header and in the body: which one counts is not documented. */
  async putService(
    where: Where,
    document: ServiceDocument,
    { etag, ...window }: ChangeOptions,
    signal: AbortSignal,
  ): Promise<Accepted> {
    const call = ofService(where, "put-service", this.#options.paths.service(where), "write");
    const body = bodyOf(document, etag);
    return this.#change({ ...call, method: "PUT", expected: [200, 201, 202], etag, body }, window, signal);
  }

  /** Replaces all tags. */
  async patchTags(
    where: Where,
    tags: Readonly<Record<string, string>>,
    { etag, ...window }: ChangeOptions,
    signal: AbortSignal,
  ): Promise<Accepted> {
    const call = ofService(where, "patch-service", this.#options.paths.service(where), "write");
    const body = { contentType: "application/json", text: JSON.stringify({ tags }) };
    return this.#change({ ...call, method: "PATCH", expected: [200, 201, 202], etag, body }, window, signal);
  }

  /** A service that is gone already counts as deleted: 404 is among the answers. */
  async deleteService(where: Where, { etag, ...window }: ChangeOptions, signal: AbortSignal): Promise<Accepted> {
    const { arm, paths } = this.#options;
    const call = ofService(where, "delete-service", paths.service(where), "delete");
    const expected = [200, 202, 204, 404];
    const answered = await arm.change({ ...call, method: "DELETE", expected, etag }, window, signal);
    if (answered.answer.status === 404) arm.refuseMissingScope(answered, call);
    return acceptedOf(answered.answer);
  }

  /** @param content the certificate as PEM text. @param options an ETag to replace one, none to create it */
  async putCertificate(
    where: Where,
    name: string,
    content: string,
    { etag, ...window }: ChangeOptions,
    signal: AbortSignal,
  ): Promise<wire.Certificate> {
    const url = this.#options.paths.certificate(where, name);
    const call = ofCertificate(where, name, "put-certificate", url, "certificates/write");
    const body = certificateBody(content, this.apiVersion);
    return this.#changed(
      { ...call, method: "PUT", expected: [200, 201], etag, body },
      wire.certificateSchema,
      window,
      signal,
    );
  }

  /** The ETag changes with it. */
  async generateVerificationCode(
    where: Where,
    name: string,
    { etag, ...window }: CertificateChangeOptions,
    signal: AbortSignal,
  ): Promise<wire.VerificationCode> {
    const url = this.#options.paths.verificationCode(where, name);
    const action = "certificates/generateVerificationCode/action";
    const call = ofCertificate(where, name, "generate-verification-code", url, action);
    return this.#changed({ ...call, method: "POST", etag }, wire.verificationCodeSchema, window, signal);
  }

  /** @param leaf a certificate as PEM text, signed by the CA, whose subject is the verification code */
  async verifyCertificate(
    where: Where,
    name: string,
    leaf: string,
    { etag, ...window }: CertificateChangeOptions,
    signal: AbortSignal,
  ): Promise<wire.Certificate> {
    const url = this.#options.paths.verify(where, name);
    const call = ofCertificate(where, name, "verify-certificate", url, "certificates/verify/action");
    // Flat in every version: only the upload was nested later.
    const body = certificateBody(leaf, "2017-11-15");
    return this.#changed({ ...call, method: "POST", etag, body }, wire.certificateSchema, window, signal);
  }

  /** 204 says that there was none. */
  async deleteCertificate(
    where: Where,
    name: string,
    { etag, ...window }: CertificateChangeOptions,
    signal: AbortSignal,
  ): Promise<Accepted> {
    const url = this.#options.paths.certificate(where, name);
    const call = ofCertificate(where, name, "delete-certificate", url, "certificates/delete");
    return this.#change({ ...call, method: "DELETE", expected: [200, 204], etag }, window, signal);
  }

  async #one<Schema extends z.core.$ZodType>(call: ArmCall, schema: Checked<Schema>, signal: AbortSignal) {
    const answered = await this.#options.arm.read(call, signal);
    return valueIn(answered.answer, answered.call, schema);
  }

  #all<Item>(
    call: ArmCall,
    schema: Parameters<typeof readPages<Item>>[2],
    signal: AbortSignal,
  ): Promise<readonly Item[]> {
    const { arm, trusted, maxPages } = this.#options;
    return readPages(arm, call, schema, { trusted, maxPages, signal });
  }

  async #change(call: ArmCall, window: Window, signal: AbortSignal): Promise<Accepted> {
    const { answer } = await this.#options.arm.change(call, window, signal);
    return acceptedOf(answer);
  }

  async #changed<Schema extends z.core.$ZodType>(
    call: ArmCall,
    schema: Checked<Schema>,
    window: Window,
    signal: AbortSignal,
  ) {
    const answered = await this.#options.arm.change(call, window, signal);
    return valueIn(answered.answer, answered.call, schema);
  }
}
