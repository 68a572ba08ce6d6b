/** The machine itself, and nobody else. @param hostname as a URL has it */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

export const isOnLoopback = (url: string): boolean => isLoopback(URL.parse(url)?.hostname ?? "");
