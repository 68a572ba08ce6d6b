import { type ContractBreach, type ContractOperation, operations } from "./contract.ts";
import { deviations } from "./contract-deviations.ts";

export type { ContractBreach };

type Handler = (request: Request) => Promise<Response>;
type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

const API_VERSION = "2017-11-15";

/**
 * Watches requests and answers go by and compares them with the published description of api-version 2017-11-15. Requests of other
 * hosts, resource types and versions are none of its business.
 */
export class ContractTraffic {
  readonly #breaches: ContractBreach[] = [];
  readonly #seen = new Set<string>();

  /** Around a handler, such as an emulator's. */
  wrap(handler: Handler): Handler {
    return async (request) => {
      const operation = await this.#judgeRequest(request.clone());
      const response = await handler(request);
      if (operation !== null) await this.#judgeResponse(operation, response.clone());
      return response;
    };
  }

  /** Around a `fetch`. */
  wrapFetch(fetch: Fetch): Fetch {
    const handler = this.wrap((request) => fetch(request));
    return (input, init) => handler(new Request(input, init));
  }

  /** What was against the contract and is no known deviation of the real service. */
  breaches(): readonly ContractBreach[] {
    return [...this.#breaches];
  }

  /** Ids of the operations that went by. */
  seen(): ReadonlySet<string> {
    return this.#seen;
  }

  async #judgeRequest(request: Request): Promise<ContractOperation | null> {
    const url = new URL(request.url);
    if (url.searchParams.get("api-version") !== API_VERSION || !concerns(url)) return null;
    const atPath = operations.filter(({ pattern }) => pattern.test(url.pathname));
    const operation = atPath.find(({ method }) => method === request.method);
    if (operation === undefined) {
      this.#note(null, "request", `${request.method} ${url.pathname}${url.search} is no operation of the contract`);
      return null;
    }
    const { operationId } = operation;
    this.#seen.add(operationId);
    for (const parameter of operation.parameters) {
      if (!parameter.required) continue;
      const isMissing =
        (parameter.in === "query" && !url.searchParams.has(parameter.name)) ||
        (parameter.in === "header" && !request.headers.has(parameter.name));
      if (isMissing) this.#note(operationId, "request", `misses the ${parameter.in} parameter ${parameter.name}`);
    }
    const text = await request.text();
    if (operation.requestBody === null) {
      if (text !== "") this.#note(operationId, "request", "has a body where none is declared");
      return operation;
    }
    if (!request.headers.get("content-type")?.startsWith("application/json")) {
      this.#note(operationId, "request", "has a body that does not say it is JSON");
    }
    const body = parsed(text);
    if (!operation.requestBody(body)) {
      for (const { instancePath, message, params } of operation.requestBody.errors ?? []) {
        this.#note(operationId, "request", `${instancePath} ${message} ${JSON.stringify(params)}`);
      }
    }
    return operation;
  }

  async #judgeResponse(operation: ContractOperation, response: Response): Promise<void> {
    const { operationId, responses } = operation;
    const status = String(response.status);
    const declared = responses.has(status) ? status : "default";
    if (!responses.has(declared) || (declared === "default" && response.ok)) {
      this.#note(operationId, "response", `has the status ${status}, which is not declared`);
      return;
    }
    const validate = responses.get(declared);
    // A body that is not JSON is a fault in between, not the service's answer.
    const text = await response.text().catch(() => "");
    if (validate === null || validate === undefined || text === "") return;
    const body = parsed(text);
    if (body === undefined || validate(body)) return;
    for (const { instancePath, message } of validate.errors ?? []) {
      this.#note(operationId, "response", `${status}: ${instancePath} ${message}`);
    }
  }

  #note(operationId: string | null, where: ContractBreach["where"], problem: string): void {
    const breach = { operationId, where, problem };
    if (!deviations.some(({ covers }) => covers(breach))) this.#breaches.push(breach);
  }
}

function concerns({ pathname }: URL): boolean {
  return /\/providers\/Microsoft\.Devices\//i.test(pathname) && !/\/IotHubs(\/|$)/i.test(pathname);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
