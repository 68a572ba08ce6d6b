import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";

/** Lets an official Azure client talk to a fetch handler in this process. */
export function azureHttpClient(handler: (request: Request) => Promise<Response>): HttpClient {
  return {
    async sendRequest(request) {
      const { url, method, body } = request;
      const headers = request.headers.toJSON({ preserveCase: false });
      const sent = typeof body === "string" ? { body } : {};
      const response = await handler(new Request(url, { method, headers, ...sent }));
      return {
        request,
        status: response.status,
        headers: createHttpHeaders(Object.fromEntries(response.headers)),
        bodyAsText: await response.text(),
      };
    },
  };
}
