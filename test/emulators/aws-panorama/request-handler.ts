import type { FetchHandler } from "../../../emulators/serve.ts";

interface SdkRequest {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

interface SdkResponse {
  readonly response: { statusCode: number; headers: Record<string, string>; body: Uint8Array };
}

/** Takes the official clients' requests to a handler in the same process. */
export function inProcess(handler: FetchHandler): { handle(request: SdkRequest): Promise<SdkResponse> } {
  return {
    handle: async ({ method, hostname, path, query = {}, headers, body }) => {
      const url = new URL(`https://${hostname}${path}`);
      for (const [name, value] of Object.entries(query)) {
        for (const item of [value ?? ""].flat()) url.searchParams.append(name, item);
      }
      const hasBody = body !== undefined && body.length > 0;
      const answer = await handler(new Request(url, { method, headers, ...(hasBody ? { body } : {}) }));
      return {
        response: {
          statusCode: answer.status,
          headers: Object.fromEntries(answer.headers),
          body: new Uint8Array(await answer.arrayBuffer()),
        },
      };
    },
  };
}
